#include "ctl/health.hpp"

#include <memory>
#include <string>

#include <CLI/App.hpp>

#include "tenancy/registry/health_json.hpp"

#include "ctl/parsing.hpp"
#include "ctl/session.hpp"
#include "ctl/table.hpp"

namespace tenantctl {
namespace {

using tenancy::HealthState;

struct Request {
  bool is_strict = false;
  bool only_reads = false;
  std::uint64_t low_disk_bytes = tenancy::HealthOptions{}.low_disk_bytes;
  std::uint64_t full_disk_bytes = tenancy::HealthOptions{}.full_disk_bytes;
};

std::string table_of(const tenancy::HealthReport& report, bool bold_headers) {
  Table table{{"CHECK", "STATE", "MESSAGE"}};
  for (const auto& check : report.checks) {
    table.add(
        {std::string{check.name}, std::string{tenancy::to_string(check.state)}, check.message});
  }
  return table.take_lines(bold_headers);
}

Outcome<void> health(Session& session, const Request& request) {
  BOOST_OUTCOME_TRY(const auto* const authority, session.authority());
  tenancy::HealthOptions options;
  options.call = session.call();
  options.low_disk_bytes = request.low_disk_bytes;
  options.full_disk_bytes = request.full_disk_bytes;
  if (request.only_reads) {
    options.write_probe = tenancy::WriteProbe::none;
  }
  const auto report = authority->health(options);
  Output& output = session.output();
  nlohmann::json document;
  tenancy::to_json(document, report);
  output.result(Json(document), table_of(report, output.colours()));
  const HealthState state = report.state();
  if (state == HealthState::failed || (request.is_strict && state == HealthState::warning)) {
    return Failure::findings("The store is not well: " + std::string{tenancy::to_string(state)});
  }
  return success();
}

}  // namespace

void add_health_command(CLI::App& app, Command& chosen) {
  auto* const command = app.add_subcommand("health", "How the store is, and what it stands on");
  const auto request = std::make_shared<Request>();
  command->add_flag("--strict", request->is_strict, "Warnings are failures, too");
  command->add_flag("--read-only", request->only_reads,
                    "Do not write a row to see whether that works");
  command
      ->add_option("--low-disk-bytes", request->low_disk_bytes,
                   "Less room on the disk is a warning")
      ->check(whole_number_rule, "N")
      ->capture_default_str();
  command
      ->add_option("--full-disk-bytes", request->full_disk_bytes,
                   "Less room on the disk is a failure")
      ->check(whole_number_rule, "N")
      ->capture_default_str();
  command->callback([&chosen, request] {
    chosen.run = [request](Session& session) { return health(session, *request); };
    chosen.needs = Needs::store;
  });
}

}  // namespace tenantctl
