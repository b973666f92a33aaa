#pragma once

#include <string>

#include "service/log.hpp"

namespace tenantd {

// The texts of lines, without their time and level.

/// `GET /healthz 200 15B 0.042ms request=… tenant=… peer=…`, or the members of a JSON object.
std::string access_line(const AccessRecord& record, LogFormat format);

/// The text as it is but for control characters, or as the member `message`.
std::string message_line(std::string_view message, LogFormat format);

/// The same about a request.
std::string message_line(std::string_view request_id, std::string_view message, LogFormat format);

}  // namespace tenantd
