#include "ctl/verify.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include <CLI/App.hpp>

#include "tenancy/migrate/verify_schema.hpp"

#include "ctl/backup_view.hpp"
#include "ctl/session.hpp"
#include "ctl/store_access.hpp"

namespace tenantctl {
namespace {

struct Request {
  std::string backup;
  bool is_strict = false;
};

Outcome<void> verify_backup(Session& session, const std::string& file) {
  BOOST_OUTCOME_TRY(const auto report, tenancy::verify_backup(file, session.call()));
  session.output().result(to_json(file, report), details(file, report));
  return success();
}

Json to_json(const tenancy::SchemaReport& report) {
  Json tables = Json::array();
  for (const auto& [name, kind] : report.tables) {
    tables.push_back(Json{{"name", name}, {"kind", tenancy::to_string(kind)}});
  }
  Json findings = Json::array();
  for (const auto& finding : report.findings) {
    findings.push_back(Json{{"rule", tenancy::to_string(finding.rule)},
                            {"severity", tenancy::to_string(finding.severity)},
                            {"object", finding.object},
                            {"message", finding.message}});
  }
  return Json{
      {"safe", report.is_safe()}, {"tables", std::move(tables)}, {"findings", std::move(findings)}};
}

std::string table_of(const tenancy::SchemaReport& report, bool bold_headers) {
  Table tables{{"TABLE", "KIND"}};
  for (const auto& [name, kind] : report.tables) {
    tables.add({name, std::string{tenancy::to_string(kind)}});
  }
  std::string text = tables.take_lines(bold_headers);
  if (!report.findings.empty()) {
    Table findings{{"SEVERITY", "RULE", "OBJECT", "MESSAGE"}};
    for (const auto& finding : report.findings) {
      findings.add({std::string{tenancy::to_string(finding.severity)},
                    std::string{tenancy::to_string(finding.rule)}, finding.object,
                    finding.message});
    }
    text += "\n" + findings.take_lines(bold_headers);
  }
  return text;
}

Outcome<void> verify_schema(Session& session, bool is_strict) {
  BOOST_OUTCOME_TRY(check_there(session.options()));
  BOOST_OUTCOME_TRY(const auto options,
                    open_options(session.options(), session.time(), session.call()));
  BOOST_OUTCOME_TRY(const auto report, tenancy::verify_schema(session.options().store, options));
  Output& output = session.output();
  output.result(to_json(report), table_of(report, output.colours()));
  if (!report.is_safe()) {
    return Failure::findings("The schema does not keep tenants apart.");
  }
  if (is_strict && !report.findings.empty()) {
    return Failure::findings("The schema has findings.");
  }
  return success();
}

}  // namespace

void add_verify_command(CLI::App& app, Command& chosen) {
  auto* const command = app.add_subcommand("verify",
                                           "Look whether the schema keeps tenants "
                                           "apart, or whether a backup is sound");
  const auto request = std::make_shared<Request>();
  command->add_option("--backup", request->backup, "Look at this backup instead")
      ->type_name("FILE");
  command->add_flag("--strict", request->is_strict, "Warnings are findings, too");
  command->callback([&chosen, request] {
    chosen.run = [request](Session& session) {
      return request->backup.empty() ? verify_schema(session, request->is_strict)
                                     : verify_backup(session, request->backup);
    };
    chosen.is_long = true;
    chosen.needs = request->backup.empty() ? Needs::store : Needs::nothing;
  });
}

}  // namespace tenantctl
