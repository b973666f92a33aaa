#include "tenancy/testing/conformance.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "testing/conformance/look.hpp"

namespace tenancy::inline v0::conformance {
namespace {

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = [] {
    std::vector<Entry> made;
    for (auto group : {isolation_checks(), gate_checks(), commit_checks(), order_checks(),
                       error_checks(), limit_checks(), service_checks(), fault_checks()}) {
      made.insert(made.end(), group.begin(), group.end());
    }
    return made;
  }();
  return all;
}

bool is_wanted(const std::vector<std::string>& only, std::string_view name) {
  return only.empty() || std::ranges::any_of(only, [&](const std::string& wanted) {
           return name == wanted || (name.starts_with(wanted) && name[wanted.size()] == '.');
         });
}

/// What is asked for must be there: a name with a mistake in it would look at nothing.
void add_unknown(const Subject& subject, const RunOptions& options, Report& report) {
  const auto add = [&](const std::string& name, std::string_view what, auto is_meant) {
    if (std::ranges::none_of(entries(), is_meant)) {
      report.findings.push_back(
          {{"kit.names", "The kit is asked about promises that it knows."},
           Verdict::broken,
           "expected: a name of promises(); seen: '" + name + "' in " + std::string{what}});
    }
  };
  for (const auto& name : options.only) {
    add(name, "RunOptions::only",
        [&](const Entry& entry) { return is_wanted({name}, entry.promise.name); });
  }
  for (const auto& exemption : subject.exemptions) {
    const std::string& name = exemption.first;
    // One by one, each with its reason.
    add(name, "Subject::exemptions",
        [&](const Entry& entry) { return entry.promise.name == name; });
  }
}

void look_at(const Entry& entry, const Subject& subject, const RunOptions& options,
             Finding& finding) {
  if (const auto exempted = subject.exemptions.find(entry.promise.name);
      exempted != subject.exemptions.end()) {
    finding.verdict = entry.promise.is_optional ? Verdict::not_applicable : Verdict::broken;
    finding.message =
        entry.promise.is_optional
            ? exempted->second
            : "expected: every store promises this; seen: an exemption, '" + exempted->second + "'";
    return;
  }
  try {
    Look look{subject, options};
    entry.check(look);
  } catch (const Broken& found) {
    finding.verdict = Verdict::broken;
    finding.message = found.what;
  } catch (const NotApplicable& found) {
    finding.verdict = Verdict::not_applicable;
    finding.message = found.why;
  } catch (const std::exception& thrown) {
    finding.verdict = Verdict::broken;
    finding.message = std::string{"expected: no exception; seen: "} + thrown.what();
  }
}

std::string_view to_string(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::kept:
      return "kept";
    case Verdict::broken:
      return "BROKEN";
    case Verdict::not_applicable:
      break;
  }
  return "not applicable";
}

}  // namespace

Place::~Place() = default;

Result<void> Place::cut() { return Error{errc::not_supported, "there is nothing to cut"}; }

Result<std::string> Place::crash() {
  return Error{errc::not_supported, "there is no way to crash it"};
}

std::span<const Promise> promises() noexcept {
  static const std::vector<Promise> all = [] {
    std::vector<Promise> made;
    for (const auto& entry : entries()) {
      made.push_back(entry.promise);
    }
    return made;
  }();
  return all;
}

bool Report::holds() const noexcept {
  return broken().empty() && std::ranges::any_of(findings, [](const Finding& finding) {
           return finding.verdict == Verdict::kept;
         });
}

std::vector<std::string_view> Report::broken() const {
  std::vector<std::string_view> names;
  for (const auto& finding : findings) {
    if (finding.verdict == Verdict::broken) {
      names.push_back(finding.promise.name);
    }
  }
  return names;
}

std::string to_string(const Finding& finding) {
  std::string line{finding.promise.name};
  line += ": ";
  line += to_string(finding.verdict);
  if (finding.verdict == Verdict::broken) {
    line += ": ";
    line += finding.promise.sentence;
  }
  if (!finding.message.empty()) {
    line += (finding.verdict == Verdict::broken ? " " : ": ") + finding.message;
  }
  return line;
}

std::string Report::to_string() const {
  std::string text;
  for (const auto& finding : findings) {
    text += conformance::to_string(finding) + "\n";
  }
  text += subject + ": " + std::to_string(broken().size()) + " of " +
          std::to_string(findings.size()) + " promises broken (seed " + std::to_string(seed) +
          ")\n";
  return text;
}

Report run(const Subject& subject, const RunOptions& options) {
  Report report{subject.name, options.seed, {}};
  add_unknown(subject, options, report);
  for (const auto& entry : entries()) {
    if (!is_wanted(options.only, entry.promise.name)) {
      continue;
    }
    Finding finding{entry.promise};
    const auto begun = std::chrono::steady_clock::now();
    look_at(entry, subject, options, finding);
    finding.took = std::chrono::steady_clock::now() - begun;
    report.findings.push_back(finding);
    if (options.progress) {
      options.progress(report.findings.back());
    }
  }
  return report;
}

}  // namespace tenancy::inline v0::conformance
