#include "ctl/server_answer.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "tenancy/core/scope.hpp"

#include "ctl/output.hpp"

namespace tenantctl {
namespace {

using tenancy::errc;
using tenancy::Error;

// Those of the service are 16 and 59 characters; a cursor holds texts that a list goes by.
constexpr std::size_t longest_key_id = 64;
constexpr std::size_t longest_key = 256;
constexpr std::size_t longest_cursor = 8'000;
constexpr std::size_t longest_request_id = 100;
constexpr std::size_t longest_message = 4'000;
constexpr std::size_t most_fields = 50;

Failure unexpected(const std::string& what) {
  return Failure::other("answer", "The server's answer is not what was expected: " + what + ".",
                        "Is the URL that of the service, and its version that of tenantctl?");
}

bool is_of_tokens(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
         c == '_';
}

/// Whether brackets nest too deeply for readers that recurse, which half a million of them do
/// without being many bytes.
bool is_too_deep(std::string_view text) {
  constexpr int deepest = 64;
  int depth = 0;
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_quoted && c == '\\') {
      ++i;
    } else if (c == '"') {
      is_quoted = !is_quoted;
    } else if (!is_quoted && (c == '[' || c == '{')) {
      if (++depth > deepest) {
        return true;
      }
    } else if (!is_quoted && (c == ']' || c == '}')) {
      --depth;
    }
  }
  return false;
}

Outcome<Json> parse_object(std::string_view text) {
  if (is_too_deep(text)) {
    return unexpected("it nests too deeply");
  }
  Json document = Json::parse(text, nullptr, false);
  if (!document.is_object()) {
    return unexpected("it is no JSON object");
  }
  return document;
}

/// The members of an object, each checked where it is read.
class Members {
 public:
  explicit Members(const Json& object) : object_{object} {}
  explicit Members(Json&&) = delete;

  /// Nothing when it is missing or null.
  [[nodiscard]] const Json* find(const char* name) const {
    const auto found = object_.is_object() ? object_.find(name) : object_.end();
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }

  [[nodiscard]] Outcome<std::string> text(const char* name) const {
    const Json* const value = find(name);
    if (value == nullptr || !value->is_string()) {
      return unexpected(std::string{name} + " is no text");
    }
    return value->get<std::string>();
  }

  [[nodiscard]] Outcome<std::string> text_or_empty(const char* name) const {
    return find(name) == nullptr ? Outcome<std::string>{std::string{}} : text(name);
  }

  /// A text that is copied into commands: letters, digits, hyphens and underscores.
  [[nodiscard]] Outcome<std::string> token(const char* name, std::size_t longest) const {
    BOOST_OUTCOME_TRY(auto found, text(name));
    if (found.empty() || found.size() > longest || !std::ranges::all_of(found, is_of_tokens)) {
      return unexpected(std::string{name} + " is none");
    }
    return found;
  }

  [[nodiscard]] Outcome<std::int64_t> number(const char* name) const {
    const Json* const value = find(name);
    const bool is_huge = value != nullptr && value->is_number_unsigned() &&
                         value->get<std::uint64_t>() > std::uint64_t{INT64_MAX};
    if (value == nullptr || !value->is_number_integer() || is_huge) {
      return unexpected(std::string{name} + " is no whole number");
    }
    return value->get<std::int64_t>();
  }

  /// A text that the library reads.
  template <class Parse>
  [[nodiscard]] auto parsed(const char* name, Parse parse) const
      -> Outcome<typename decltype(parse(std::string_view{}))::value_type> {
    BOOST_OUTCOME_TRY(const auto found, text(name));
    auto value = parse(std::string_view{found});
    if (!value) {
      return unexpected(std::string{name} + " is none");
    }
    return std::move(value).value();
  }

  [[nodiscard]] Outcome<tenancy::Timestamp> time(const char* name) const {
    return parsed(name, tenancy::Timestamp::parse);
  }
  [[nodiscard]] Outcome<std::optional<tenancy::Timestamp>> time_or_none(const char* name) const {
    std::optional<tenancy::Timestamp> read;
    if (find(name) != nullptr) {
      BOOST_OUTCOME_TRY(read, time(name));
    }
    return read;
  }

 private:
  const Json& object_;
};

Outcome<std::map<std::string, std::string>> texts_of(const Json& object) {
  std::map<std::string, std::string> texts;
  for (const auto& [name, value] : object.items()) {
    if (!object.is_object() || !value.is_string()) {
      return unexpected("workflow_ids are no texts");
    }
    texts.emplace(name, value.get<std::string>());
  }
  return texts;
}

/// What a server need not tell.
Outcome<void> read_rest(const Members& members, TenantRecord& record) {
  if (members.find("template_version") != nullptr) {
    BOOST_OUTCOME_TRY(record.template_version, members.text("template_version"));
  }
  if (const Json* const workflows = members.find("workflow_ids")) {
    BOOST_OUTCOME_TRY(record.workflow_ids, texts_of(*workflows));
  }
  if (const Json* const metadata = members.find("metadata")) {
    if (!metadata->is_object()) {
      return unexpected("metadata is no object");
    }
    record.metadata = metadata->dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  if (members.find("epoch") != nullptr) {
    BOOST_OUTCOME_TRY(record.epoch, members.number("epoch"));
  }
  return success();
}

Outcome<TenantRecord> tenant_of(const Json& data) {
  const Members members{data};
  BOOST_OUTCOME_TRY(auto id, members.parsed("id", tenancy::TenantId::parse));
  BOOST_OUTCOME_TRY(const auto slug, members.parsed("slug", tenancy::Slug::parse));
  BOOST_OUTCOME_TRY(auto name, members.text("name"));
  BOOST_OUTCOME_TRY(auto status, members.parsed("status", tenancy::parse_tenant_status));
  BOOST_OUTCOME_TRY(auto plan, members.text_or_empty("plan"));
  BOOST_OUTCOME_TRY(auto version, members.number("version"));
  BOOST_OUTCOME_TRY(auto created_at, members.time("created_at"));
  BOOST_OUTCOME_TRY(auto updated_at, members.time("updated_at"));
  TenantRecord record{.id = id,
                      .slug = slug,
                      .name = std::move(name),
                      .status = status,
                      .plan = std::move(plan),
                      .version = version,
                      .created_at = created_at,
                      .updated_at = updated_at};
  BOOST_OUTCOME_TRY(read_rest(members, record));
  return record;
}

Outcome<tenancy::ApiKey> key_of(const Json& data, tenancy::TenantId tenant) {
  const Members members{data};
  BOOST_OUTCOME_TRY(auto id, members.token("id", longest_key_id));
  BOOST_OUTCOME_TRY(auto name, members.text("name"));
  BOOST_OUTCOME_TRY(auto scope, members.parsed("scope", tenancy::parse_scope));
  BOOST_OUTCOME_TRY(auto created_at, members.time("created_at"));
  BOOST_OUTCOME_TRY(auto expires_at, members.time_or_none("expires_at"));
  BOOST_OUTCOME_TRY(auto revoked_at, members.time_or_none("revoked_at"));
  BOOST_OUTCOME_TRY(auto last_used_at, members.time_or_none("last_used_at"));
  return tenancy::ApiKey{.id = std::move(id),
                         .tenant = tenant,
                         .name = std::move(name),
                         .scope = scope,
                         .created_at = created_at,
                         .expires_at = expires_at,
                         .revoked_at = revoked_at,
                         .last_used_at = last_used_at};
}

/// A limit that is left out is none, as is one that is null.
Outcome<QuotaRecord> quota_of(const Json& data) {
  const Members members{data};
  BOOST_OUTCOME_TRY(const auto metric, members.parsed("metric", tenancy::MetricName::parse));
  QuotaRecord record{.metric = metric.to_string()};
  BOOST_OUTCOME_TRY(record.used, members.number("used"));
  record.limit = tenancy::QuotaLimit::unlimited();
  if (members.find("limit") != nullptr) {
    BOOST_OUTCOME_TRY(const auto amount, members.number("limit"));
    const auto limit = tenancy::QuotaLimit::at_most(amount);
    if (!limit) {
      return unexpected("limit is none");
    }
    record.limit = limit.value();
  }
  BOOST_OUTCOME_TRY(record.updated_at, members.time_or_none("updated_at"));
  BOOST_OUTCOME_TRY(record.last_reset_at, members.time_or_none("last_reset_at"));
  return record;
}

/// The answer's data, of the kind that is expected.
Outcome<Json> data_of(std::string_view body, Json::value_t type) {
  BOOST_OUTCOME_TRY(auto document, parse_object(body));
  const auto data = document.find("data");
  if (data == document.end() || data->type() != type) {
    return unexpected("its data is missing");
  }
  return std::move(*data);
}

Outcome<std::optional<tenancy::PageNumbers>> numbers_of(const Members& pagination) {
  std::optional<tenancy::PageNumbers> numbers;
  if (pagination.find("page") != nullptr) {
    BOOST_OUTCOME_TRY(const auto number, pagination.number("page"));
    BOOST_OUTCOME_TRY(const auto per_page, pagination.number("per_page"));
    BOOST_OUTCOME_TRY(const auto total, pagination.number("total"));
    BOOST_OUTCOME_TRY(const auto total_pages, pagination.number("total_pages"));
    numbers = tenancy::PageNumbers{number, per_page, total, total_pages};
  }
  return numbers;
}

std::optional<errc> code_named(std::string_view name) {
  for (std::size_t i = 0; i < tenancy::errc_count; ++i) {
    const auto code = static_cast<errc>(i);
    if (tenancy::to_string(code) == name) {
      return code;
    }
  }
  return std::nullopt;
}

struct Meaning {
  int status;
  errc code;
};

// Of problems that name no error of the library: the service's own about how a request is put.
constexpr std::array meanings{
    Meaning{400, errc::invalid_argument}, Meaning{401, errc::invalid_credential},
    Meaning{403, errc::access_denied},    Meaning{412, errc::version_conflict},
    Meaning{413, errc::invalid_argument}, Meaning{414, errc::invalid_argument},
    Meaning{422, errc::invalid_argument}, Meaning{429, errc::overloaded},
    Meaning{431, errc::invalid_argument}, Meaning{503, errc::overloaded},
};

std::optional<errc> code_of(int status) {
  for (const Meaning& each : meanings) {
    if (each.status == status) {
      return each.code;
    }
  }
  return std::nullopt;
}

/// "…; name is missing; plan is unknown", of the members of the body that were refused.
std::string fields_of(const Members& problem) {
  std::string text;
  const Json* const errors = problem.find("errors");
  if (errors == nullptr || !errors->is_array()) {
    return text;
  }
  std::size_t count = 0;
  for (const Json& each : *errors) {
    const Members members{each};
    const auto field = members.text("field");
    const auto what = members.text("problem");
    if (field && what && ++count <= most_fields) {
      text += (text.empty() ? " " : "; ") + field.value() + " " + what.value();
    }
  }
  return text.empty() ? text : text + ".";
}

std::string shortened(std::string text, std::size_t most) {
  if (text.size() > most) {
    text.resize(most);
    text += "…";
  }
  return text;
}

Failure with_request_id(Failure failure, std::string_view id) {
  failure.request_id = shortened(std::string{id}, longest_request_id);
  return failure;
}

/// What stopped halfway, with the command that goes on.
Failure unfinished(const Members& problem, std::string_view type, const std::string& detail) {
  const auto tenant = problem.parsed("tenant_id", tenancy::TenantId::parse);
  std::string hint;
  if (tenant) {
    hint = "tenantctl tenants pair " + tenant.value().to_string() +
           (type.ends_with(":name_taken") ? " --instance NAME" : "") +
           " goes on with it, and with --activate lets it in.";
  }
  return Failure::other("unfinished", shortened(detail, longest_message), hint);
}

Failure of_status(int status, bool may_have_changed) {
  const std::string answered = "The server answered with status " + std::to_string(status);
  if (status >= 300 && status < 400) {
    return Failure::other("redirection", answered + ": what it has is elsewhere.",
                          "The key is not sent there. Name the other address with --server, if it "
                          "is to be trusted.");
  }
  if (status == 404 || status == 405) {
    return Failure::other("unsupported", answered + ": it does not know this operation.",
                          "Is the URL that of the service, and its version that of tenantctl?");
  }
  if (status == 409) {
    return Failure::conflict(answered + ".");
  }
  if (const auto code = code_of(status)) {
    return Failure{Error{*code, answered + "."}};
  }
  constexpr int first_of_servers = 500;
  if (may_have_changed && status >= first_of_servers) {
    return Failure{
        Error{errc::commit_unknown, answered + ", and may have made the change or not."}};
  }
  if (status == 502 || status == 504) {
    return Failure::unreachable(answered + ": a proxy did not reach it.");
  }
  return Failure::other("server", answered + ".");
}

template <class T, class ReadOne>
Outcome<tenancy::Page<T>> read_page(std::string_view body, ReadOne read_one) {
  BOOST_OUTCOME_TRY(const auto document, parse_object(body));
  const Members members{document};
  const Json* const data = members.find("data");
  if (data == nullptr || !data->is_array()) {
    return unexpected("it is no list");
  }
  tenancy::Page<T> page;
  for (const Json& each : *data) {
    BOOST_OUTCOME_TRY(auto record, read_one(each));
    page.items.push_back(std::move(record));
  }
  if (const Json* const found = members.find("pagination")) {
    const Members pagination{*found};
    BOOST_OUTCOME_TRY(page.numbers, numbers_of(pagination));
    if (pagination.find("cursor") != nullptr) {
      BOOST_OUTCOME_TRY(page.next_cursor, pagination.token("cursor", longest_cursor));
    }
  }
  page.has_next = page.next_cursor.has_value();
  return page;
}

}  // namespace

Outcome<TenantRecord> read_tenant(std::string_view body) {
  BOOST_OUTCOME_TRY(const auto data, data_of(body, Json::value_t::object));
  return tenant_of(data);
}

Outcome<QuotaRecord> read_quota(std::string_view body) {
  BOOST_OUTCOME_TRY(const auto data, data_of(body, Json::value_t::object));
  return quota_of(data);
}

Outcome<std::vector<QuotaRecord>> read_quotas(std::string_view body) {
  BOOST_OUTCOME_TRY(const auto data, data_of(body, Json::value_t::object));
  const Json* const list = Members{data}.find("quotas");
  if (list == nullptr || !list->is_array()) {
    return unexpected("it is no list");
  }
  std::vector<QuotaRecord> records;
  for (const Json& each : *list) {
    BOOST_OUTCOME_TRY(auto record, quota_of(each));
    records.push_back(std::move(record));
  }
  return records;
}

Outcome<tenancy::Page<TenantRecord>> read_tenants(std::string_view body) {
  return read_page<TenantRecord>(body, [](const Json& each) { return tenant_of(each); });
}

Outcome<tenancy::Page<tenancy::ApiKey>> read_keys(std::string_view body, tenancy::TenantId tenant) {
  return read_page<tenancy::ApiKey>(body, [&](const Json& each) { return key_of(each, tenant); });
}

Outcome<void> require_onward(const std::optional<std::string>& asked,
                             const std::optional<std::string>& next) {
  if (next && next == asked) {
    return unexpected("its cursor leads to the same page again");
  }
  return success();
}

Outcome<tenancy::IssuedApiKey> read_issued_key(std::string_view body, tenancy::TenantId tenant) {
  BOOST_OUTCOME_TRY(const auto data, data_of(body, Json::value_t::object));
  BOOST_OUTCOME_TRY(auto key, key_of(data, tenant));
  BOOST_OUTCOME_TRY(const auto text, Members{data}.token("key", longest_key));
  return tenancy::IssuedApiKey{std::move(key), tenancy::SecretBytes::copy_of(text)};
}

Failure read_refusal(int status, std::string_view content_type, std::string_view body,
                     std::string_view request_id, bool may_have_changed) {
  Json document;
  if (content_type.starts_with("application/problem+json")) {
    if (auto parsed = parse_object(body)) {
      document = std::move(parsed).value();
    }
  }
  const Members problem{document};
  const auto type = problem.text("type");
  const auto detail = problem.text("detail");
  if (!type || !detail) {
    return with_request_id(of_status(status, may_have_changed), request_id);
  }
  if (problem.find("resume") != nullptr) {
    return with_request_id(unfinished(problem, type.value(), detail.value()), request_id);
  }
  constexpr std::string_view ours = "urn:tenancy:error:";
  const std::string message = shortened(detail.value() + fields_of(problem), longest_message);
  std::optional<errc> code;
  if (type.value().starts_with(ours)) {
    code = code_named(std::string_view{type.value()}.substr(ours.size()));
  }
  if (!code) {
    code = code_of(status);
  }
  if (!code && status >= 500) {
    // What broke inside stands in the server's log.
    code = errc::internal;
  }
  if (code) {
    return with_request_id(Failure{Error{*code, message}}, request_id);
  }
  auto failure = of_status(status, may_have_changed);
  failure.message = message;
  return with_request_id(std::move(failure), request_id);
}

}  // namespace tenantctl
