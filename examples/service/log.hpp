#pragma once

#include <chrono>
#include <exception>
#include <optional>
#include <string_view>

#include "tenancy/core/error.hpp"
#include "tenancy/core/tenant_id.hpp"

namespace tenantd {

/// Sends the log to standard error. Nothing that is written here holds a key or a body.
void set_up_log();

/// One line per answered request.
struct AccessRecord {
  std::string_view method;
  std::string_view path;  ///< Without the query.
  int status;
  std::chrono::microseconds duration;
  std::string_view request_id;
  std::optional<tenancy::TenantId> tenant;
};

void log_access(const AccessRecord& record);

/// Why the library refused or failed, for the operator alone.
void log_cause(std::string_view request_id, const tenancy::Error& error);

void log_exception(std::string_view what_happened, const std::exception_ptr& exception);

/// A tenant boundary was about to be crossed.
void log_alarm(std::string_view what_happened, tenancy::TenantId tenant);

void log_information(std::string_view text);
void log_warning(std::string_view text);

}  // namespace tenantd
