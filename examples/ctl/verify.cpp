#include "ctl/verify.hpp"

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <CLI/App.hpp>

#include "tenancy/migrate/verify_schema.hpp"

#include "ctl/backup_view.hpp"
#include "ctl/display.hpp"
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
                            {"columns", finding.columns},
                            {"message", finding.message},
                            {"remedy", Json{{"kind", tenancy::to_string(finding.remedy.kind)},
                                            {"text", finding.remedy.text}}}});
  }
  return Json{
      {"safe", report.is_safe()}, {"tables", std::move(tables)}, {"findings", std::move(findings)}};
}

/// What mends the findings, each once, with the rules that ask for it.
std::string remedies_of(const tenancy::SchemaReport& report) {
  std::vector<std::pair<const tenancy::SchemaFinding*, std::string>> remedies;
  for (const auto& finding : report.findings) {
    const std::string rule{tenancy::to_string(finding.rule)};
    const auto known = std::ranges::find_if(remedies, [&](const auto& each) {
      return each.first->object == finding.object && each.first->remedy.text == finding.remedy.text;
    });
    if (known == remedies.end()) {
      remedies.emplace_back(&finding, rule);
    } else if (!known->second.ends_with(rule)) {
      known->second += ", " + rule;
    }
  }
  std::string text;
  for (const auto& [finding, rules] : remedies) {
    text += "\n" + printable(finding->object) + " (" + rules + "), by " +
            std::string{tenancy::to_string(finding->remedy.kind)} + ":\n";
    std::istringstream lines{finding->remedy.text};
    for (std::string line; std::getline(lines, line);) {
      text += "  " + printable(line) + "\n";
    }
  }
  return text;
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
    text += "\n" + findings.take_lines(bold_headers) + remedies_of(report);
  }
  return text;
}

Outcome<void> verify_schema(Session& session, bool is_strict) {
  BOOST_OUTCOME_TRY(check_there(session.options()));
  BOOST_OUTCOME_TRY(const auto options,
                    open_options(session.options(), session.time(), session.call()));
  BOOST_OUTCOME_TRY(const auto report, tenancy::verify_schema(session.store_url(), options));
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
