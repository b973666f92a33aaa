#include "service/log.hpp"

#include <memory>
#include <string>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "service/log_line.hpp"
#include "service/log_writer.hpp"

namespace tenantd {
namespace {

constexpr const char* text_pattern = "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
constexpr const char* json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

constexpr const char* logger_name = "tenantd";

/// Formats lines where they are logged, and has them written elsewhere.
class WriterSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit WriterSink(LogFormat format)
      : spdlog::sinks::base_sink<std::mutex>{formatter_for(format)},
        writer_{{.descriptor = STDERR_FILENO,
                 .lost = [format](std::uint64_t lost) { return lost_line(lost, format); }}} {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    line_.clear();
    formatter_->format(message, line_);
    // Whoever can fill the log is not to hide what must not be missed.
    writer_.append({line_.data(), line_.size()}, message.level == spdlog::level::critical
                                                     ? LogWriter::Weight::critical
                                                     : LogWriter::Weight::ordinary);
  }
  void flush_() override { writer_.flush(); }

 private:
  static std::unique_ptr<spdlog::formatter> formatter_for(LogFormat format) {
    return std::make_unique<spdlog::pattern_formatter>(
        format == LogFormat::json ? json_pattern : text_pattern, spdlog::pattern_time_type::utc);
  }

  static std::string lost_line(std::uint64_t lost, LogFormat format) {
    const std::string text = message_line(
        std::to_string(lost) + " lines of the log were lost: nobody took them in time", format);
    spdlog::memory_buf_t line;
    formatter_for(format)->format({logger_name, spdlog::level::warn, text}, line);
    return {line.data(), line.size()};
  }

  spdlog::memory_buf_t line_;
  LogWriter writer_;
};

/// The process's logger, with what this service needs to know of it.
class Logger final : public spdlog::logger {
 public:
  Logger(const LogOptions& options, spdlog::sink_ptr sink)
      : spdlog::logger{logger_name, std::move(sink)},
        format{options.format},
        has_access{options.access} {}

  const LogFormat format;
  const bool has_access;
};

/// Null without a log.
Logger* logger() { return dynamic_cast<Logger*>(spdlog::default_logger_raw()); }

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
    case tenancy::Condition::quota:
      break;
  }
  return spdlog::level::info;
}

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
    case LogLevel::off:
      break;
  }
  return spdlog::level::off;
}

void log_message(spdlog::level::level_enum level, std::string_view request_id,
                 std::string_view message) {
  Logger* const log = logger();
  if (log != nullptr && log->should_log(level)) {
    log->log(level, message_line(request_id, message, log->format));
  }
}

}  // namespace

Log::Log(const LogOptions& options) {
  const auto log = std::make_shared<Logger>(options, std::make_shared<WriterSink>(options.format));
  log->set_level(level_of(options.level));
  log->flush_on(spdlog::level::critical);
  spdlog::set_default_logger(log);
}

Log::~Log() {
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::null_sink_mt>()));
}

void log_access(const AccessRecord& record) {
  Logger* const log = logger();
  if (log != nullptr && log->has_access && log->should_log(spdlog::level::info)) {
    log->log(spdlog::level::info, access_line(record, log->format));
  }
}

void log_cause(std::string_view request_id, const tenancy::Error& error) {
  log_message(level_of(error.condition()), request_id, error.to_string());
}

void log_refusal(std::string_view request_id, std::string_view reason) {
  log_message(spdlog::level::info, request_id, reason);
}

void log_exception(std::string_view what_happened, const std::exception_ptr& exception) {
  log_message(spdlog::level::err, {}, std::string{what_happened} + ": " + message_of(exception));
}

void log_alarm(std::string_view what_happened, tenancy::TenantId tenant) {
  log_message(spdlog::level::critical, {},
              std::string{what_happened} + " tenant=" + tenant.to_string());
}

void log_information(std::string_view text) { log_message(spdlog::level::info, {}, text); }
void log_warning(std::string_view text) { log_message(spdlog::level::warn, {}, text); }

}  // namespace tenantd
