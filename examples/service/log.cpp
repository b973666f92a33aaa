#include "service/log.hpp"

#include <string>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace tenantd {
namespace {

constexpr std::size_t max_path_logged = 200;

/// What a client sent, made fit for a line of the log: nothing in it starts a line, steers a
/// terminal or is a key that somebody put into the wrong place.
std::string printable(std::string_view text) {
  if (text.find("tnk_") != std::string_view::npos || text.find("tna_") != std::string_view::npos) {
    return "(withheld)";
  }
  std::string line{text.substr(0, max_path_logged)};
  for (char& c : line) {
    c = c > ' ' && c < '\x7f' ? c : '?';
  }
  return line.empty() ? "-" : line;
}

std::string message_of(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "not a standard exception";
  }
}

spdlog::level::level_enum level_of(tenancy::Condition condition) {
  switch (condition) {
    case tenancy::Condition::isolation:
      return spdlog::level::critical;
    case tenancy::Condition::unavailable:
      return spdlog::level::warn;
    case tenancy::Condition::unknown_outcome:
    case tenancy::Condition::storage:
    case tenancy::Condition::crypto:
    case tenancy::Condition::misuse:
      return spdlog::level::err;
    case tenancy::Condition::unauthenticated:
    case tenancy::Condition::forbidden:
    case tenancy::Condition::not_found:
    case tenancy::Condition::conflict:
    case tenancy::Condition::invalid:
      break;
  }
  return spdlog::level::info;
}

}  // namespace

void set_up_log() {
  spdlog::set_default_logger(spdlog::stderr_color_mt("tenantd"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
}

void log_access(const AccessRecord& record) {
  spdlog::info("{} {} {} {:.3f}ms request={} tenant={}", printable(record.method),
               printable(record.path), record.status,
               static_cast<double>(record.duration.count()) / 1000.0, record.request_id,
               record.tenant ? record.tenant->to_string() : "-");
}

void log_cause(std::string_view request_id, const tenancy::Error& error) {
  spdlog::log(level_of(error.condition()), "request={} {}", request_id, error.to_string());
}

void log_exception(std::string_view what_happened, const std::exception_ptr& exception) {
  spdlog::error("{}: {}", what_happened, message_of(exception));
}

void log_alarm(std::string_view what_happened, tenancy::TenantId tenant) {
  spdlog::critical("{} tenant={}", what_happened, tenant.to_string());
}

void log_information(std::string_view text) { spdlog::info("{}", text); }
void log_warning(std::string_view text) { spdlog::warn("{}", text); }

}  // namespace tenantd
