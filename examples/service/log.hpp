#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string_view>

#include "tenancy/core/error.hpp"
#include "tenancy/core/tenant_id.hpp"

namespace tenantd {

enum class LogFormat : std::uint8_t { text, json };
enum class LogLevel : std::uint8_t { debug, info, warning, error, off };

struct LogOptions {
  LogFormat format = LogFormat::text;
  LogLevel level = LogLevel::info;
  bool access = true;  ///< Whether each answered request gets a line, which is on level `info`.
};

/// The log of the process, to standard error, for as long as it lives. Nothing that is written to
/// it holds a key or a body, and nothing that a client sends can begin a line.
///
/// A line is handed to a thread that writes, so that whoever logs waits for no disk and no pipe.
/// What waits to be written is bounded: when standard error does not keep up, lines are left out,
/// but alarms never, and a line says how many. Its end writes what waits, for a second at most.
/// Thread safety: the functions below are thread-safe, and do nothing without a log.
class Log {
 public:
  explicit Log(const LogOptions& options);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();
};

/// One line per answered request.
struct AccessRecord {
  std::string_view method;
  std::string_view path;  ///< Without the query.
  int status;
  std::size_t bytes;  ///< Of the answer's body.
  std::chrono::microseconds duration;
  std::string_view request_id;
  std::string_view client_request_id = {};  ///< What the client calls it; may be empty.
  std::string_view peer = {};               ///< The client's address.
  std::optional<tenancy::TenantId> tenant = {};
};

void log_access(const AccessRecord& record);

/// Why the library refused or failed, for the operator alone.
void log_cause(std::string_view request_id, const tenancy::Error& error);

/// Why this service refused a request, in words of its own.
void log_refusal(std::string_view request_id, std::string_view reason);

void log_exception(std::string_view what_happened, const std::exception_ptr& exception);

/// A tenant boundary was about to be crossed. It is written before this returns.
void log_alarm(std::string_view what_happened, tenancy::TenantId tenant);

void log_information(std::string_view text);
void log_warning(std::string_view text);

}  // namespace tenantd
