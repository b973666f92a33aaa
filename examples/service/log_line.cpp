#include "service/log_line.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "service/http/target.hpp"

namespace tenantd {
namespace {

constexpr std::size_t max_method_logged = 20;
constexpr std::size_t max_path_logged = 200;
constexpr std::size_t max_client_id_logged = 64;

/// What each percent sign with two digits behind it stands for; others stay as they are.
std::string leniently_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = percent_decoded(text.substr(at, 3), PlusSign::itself);
    if (text[at] == '%' && byte && byte->size() == 1) {
      decoded += *byte;
      at += 2;
    } else {
      decoded += text[at];
    }
  }
  return decoded;
}

/// Whether a key stands in it, however it is spelt.
bool holds_key(std::string_view text) {
  const auto holds = [](std::string_view plain) {
    const auto stands = [plain](std::string_view prefix) {
      return std::search(plain.begin(), plain.end(), prefix.begin(), prefix.end(),
                         [](char one, char other) {
                           return (one >= 'A' && one <= 'Z' ? one - 'A' + 'a' : one) == other;
                         }) != plain.end();
    };
    return stands("tnk_") || stands("tna_");
  };
  // Signs that were encoded again and again are looked through this often, and then withheld.
  constexpr int most_layers = 8;
  std::string plain{text};
  for (int layer = 0; layer < most_layers; ++layer) {
    if (holds(plain)) {
      return true;
    }
    std::string decoded = leniently_decoded(plain);
    if (decoded == plain) {
      return false;
    }
    plain = std::move(decoded);
  }
  return true;
}

constexpr bool is_visible(char c) noexcept { return c > ' ' && c < '\x7f'; }

/// Appends what a client sent, made fit for a line of the log: nothing in it starts a line, steers
/// a terminal or is a key that somebody put into the wrong place.
void append_printable(std::string& line, std::string_view text, std::size_t most,
                      LogFormat format) {
  if (holds_key(text)) {
    line += "(withheld)";
    return;
  }
  for (const char c : text.substr(0, most)) {
    if (format == LogFormat::json && (c == '"' || c == '\\')) {
      line += '\\';
    }
    line += is_visible(c) ? c : '?';
  }
  if (text.empty()) {
    line += '-';
  }
}

/// A name that the client chose is worth a place only where it can be searched for.
bool is_usable_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= max_client_id_logged && !holds_key(id) &&
         std::all_of(id.begin(), id.end(),
                     [](char c) { return is_visible(c) && c != '"' && c != '='; });
}

/// The length of the well-formed UTF-8 character at the front of a text; 0 when there is none.
std::size_t character_size(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool is_good = follows(1, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf);
    return is_good && follows(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool is_good = follows(1, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf);
    return is_good && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

/// Whether a whole character is C0, DEL or C1.
bool is_control(std::string_view character) noexcept {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(character[at]); };
  return character.size() == 1 ? byte(0) < ' ' || byte(0) == 0x7F
                               : character.size() == 2 && byte(0) == 0xC2 && byte(1) < 0xA0;
}

/// Appends what the service itself says, which may quote names and paths.
void append_message(std::string& line, std::string_view text, LogFormat format) {
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    const char c = text.front();
    if (size == 1 && format == LogFormat::json && (c == '"' || c == '\\')) {
      line += '\\';
      line += c;
    } else if (size == 0 || is_control(text.substr(0, size))) {
      line += '?';
    } else {
      line.append(text.substr(0, size));
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
}

void append_text(std::string& line, const AccessRecord& record) {
  append_printable(line, record.method, max_method_logged, LogFormat::text);
  line += ' ';
  append_printable(line, record.path, max_path_logged, LogFormat::text);
  fmt::format_to(std::back_inserter(line), FMT_STRING(" {} {}B {}.{:03}ms request={} tenant={}"),
                 record.status, record.bytes, record.duration.count() / 1000,
                 record.duration.count() % 1000, record.request_id,
                 record.tenant ? record.tenant->to_string() : "-");
  line += " peer=";
  append_printable(line, record.peer, max_path_logged, LogFormat::text);
  if (is_usable_id(record.client_request_id)) {
    line.append(" client_request_id=").append(record.client_request_id);
  }
}

void append_json(std::string& line, const AccessRecord& record) {
  line += R"("event":"request","method":")";
  append_printable(line, record.method, max_method_logged, LogFormat::json);
  line += R"(","path":")";
  append_printable(line, record.path, max_path_logged, LogFormat::json);
  fmt::format_to(std::back_inserter(line),
                 FMT_STRING(R"(","status":{},"bytes":{},"duration_us":{},"request_id":"{}")"),
                 record.status, record.bytes, record.duration.count(), record.request_id);
  if (record.tenant) {
    line.append(R"(,"tenant":")").append(record.tenant->to_string()).append("\"");
  }
  line += R"(,"peer":")";
  append_printable(line, record.peer, max_path_logged, LogFormat::json);
  line += '"';
  if (is_usable_id(record.client_request_id)) {
    line += R"(,"client_request_id":")";
    append_printable(line, record.client_request_id, max_client_id_logged, LogFormat::json);
    line += '"';
  }
}

}  // namespace

std::string access_line(const AccessRecord& record, LogFormat format) {
  std::string line;
  line.reserve(max_path_logged + record.path.size());
  if (format == LogFormat::json) {
    append_json(line, record);
  } else {
    append_text(line, record);
  }
  return line;
}

std::string message_line(std::string_view message, LogFormat format) {
  return message_line({}, message, format);
}

std::string message_line(std::string_view request_id, std::string_view message, LogFormat format) {
  std::string line;
  if (format == LogFormat::text) {
    if (!request_id.empty()) {
      line.append("request=").append(request_id).append(" ");
    }
    append_message(line, message, format);
    return line;
  }
  line += R"("event":"message")";
  if (!request_id.empty()) {
    line.append(R"(,"request_id":")").append(request_id).append("\"");
  }
  line += R"(,"message":")";
  append_message(line, message, format);
  line += '"';
  return line;
}

}  // namespace tenantd
