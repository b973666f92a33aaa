#pragma once

#include <string>

#include "tenancy/storage/backup.hpp"

#include "ctl/output.hpp"

namespace tenantctl {

/// What is known of a backup in a file.
Json to_json(const std::string& file, const tenancy::BackupReport& report);
std::string details(const std::string& file, const tenancy::BackupReport& report);

}  // namespace tenantctl
