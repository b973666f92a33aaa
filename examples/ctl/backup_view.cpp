#include "ctl/backup_view.hpp"

#include <chrono>

#include "ctl/table.hpp"

namespace tenantctl {
namespace {

std::int64_t milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

}  // namespace

Json to_json(const std::string& file, const tenancy::BackupReport& report) {
  Json schema = Json::object();
  for (const auto& [component, version] : report.schema) {
    schema[component] = version;
  }
  return Json{{"file", file},
              {"bytes", report.bytes},
              {"pages", report.pages},
              {"tenants", report.tenants},
              {"schema", std::move(schema)},
              {"blake2b_256", report.digest},
              {"took_ms", milliseconds(report.took)}};
}

std::string details(const std::string& file, const tenancy::BackupReport& report) {
  Table table{{}};
  table.add({"File", file});
  table.add({"Bytes", std::to_string(report.bytes)});
  table.add({"Tenants", std::to_string(report.tenants)});
  for (const auto& [component, version] : report.schema) {
    table.add({"Schema", component + " " + std::to_string(version)});
  }
  table.add({"BLAKE2b-256", report.digest});
  table.add({"Took", std::to_string(milliseconds(report.took)) + " ms"});
  return table.take_lines();
}

}  // namespace tenantctl
