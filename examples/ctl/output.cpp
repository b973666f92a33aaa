#include "ctl/output.hpp"

#include <ostream>
#include <utility>

#include "ctl/display.hpp"

namespace tenantctl {
namespace {

std::string to_text(const Json& json, int indentation) {
  return printable_json(json.dump(indentation, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

std::string to_line(const Json& json) { return to_text(json, -1); }

void Output::result(const Json& document, std::string_view text) {
  if (style_.json) {
    data_ << to_text(document, 2) << '\n';
  } else {
    data_ << text;
  }
}

void Output::write(std::string_view text) { data_ << text; }

void Output::notice(std::string_view text, const Json& facts) {
  // What is said about the data comes behind it where both go to one terminal.
  data_.flush();
  if (style_.json) {
    notices_ << to_line(Json{{"notice", facts}}) << '\n';
  } else {
    // Whoever wrote them: some hold what a server answered.
    notices_ << printable(text) << '\n';
  }
  notices_.flush();
}

void Output::failure(const Failure& failure) {
  data_.flush();
  if (style_.json) {
    Json error{
        {"code", failure.code}, {"condition", failure.condition}, {"message", failure.message}};
    if (!failure.hint.empty()) {
      error["hint"] = failure.hint;
    }
    if (!failure.request_id.empty()) {
      error["request_id"] = failure.request_id;
    }
    notices_ << to_line(Json{{"error", std::move(error)}}) << '\n';
  } else {
    const bool red = style_.notice_colours;
    notices_ << (red ? "\x1b[31mtenantctl:\x1b[0m " : "tenantctl: ") << printable(failure.message)
             << " (" << failure.code << ")\n";
    if (!failure.hint.empty()) {
      notices_ << printable(failure.hint) << '\n';
    }
    if (!failure.request_id.empty()) {
      notices_ << "The server's log knows it as " << printable(failure.request_id) << ".\n";
    }
  }
  notices_.flush();
}

void Output::passing(std::string_view text) {
  notices_ << "\r\x1b[K" << text;
  notices_.flush();
}

Outcome<void> Output::finish() {
  data_.flush();
  if (!data_) {
    return Failure::other("output", "The output could not be written.");
  }
  return success();
}

void Listing::add(const Json& item, std::vector<std::string> cells) {
  if (output_.json()) {
    pending_ += (count_ == 0 ? "[\n  " : ",\n  ") + to_line(item);
  } else {
    table_.add(std::move(cells));
  }
  ++count_;
}

void Listing::flush() {
  if (output_.json()) {
    output_.write(std::exchange(pending_, {}));
  } else if (!empty()) {
    output_.write(table_.take_lines(output_.colours()));
  }
}

void Listing::finish() {
  flush();
  if (output_.json()) {
    output_.write(empty() ? "[]\n" : "\n]\n");
  }
}

}  // namespace tenantctl
