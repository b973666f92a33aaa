#include "ctl/tenant_fields.hpp"

#include <fstream>

#include "tenancy/registry/tenant.hpp"

#include "ctl/display.hpp"
#include "ctl/input.hpp"
#include "ctl/parsing.hpp"

namespace tenantctl {
namespace {

constexpr std::size_t most = tenancy::Tenant::max_metadata_bytes;

Outcome<std::string> read_file(const std::string& name) {
  std::ifstream file{name, std::ios::binary};
  std::string text(most + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (!file.is_open() || file.bad()) {
    return Failure::other("input", "cannot read " + printable(name));
  }
  return text;
}

}  // namespace

Outcome<std::string> read_metadata(const std::string& argument, const Interruption& interruption) {
  std::string text = argument;
  if (argument == "-") {
    BOOST_OUTCOME_TRY(text, read_all(interruption, most + 1));
  } else if (argument.starts_with('@')) {
    BOOST_OUTCOME_TRY(text, read_file(argument.substr(1)));
  }
  if (text.size() > most) {
    return Failure::misused("metadata is at most 16 KiB");
  }
  return text;
}

Outcome<std::map<std::string, std::string>> parse_workflows(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> workflows;
  for (const std::string& text : texts) {
    BOOST_OUTCOME_TRY(auto assignment, parse_assignment(text));
    if (!workflows.insert(std::move(assignment)).second) {
      return Failure::misused("a workflow is named twice: " + printable(text));
    }
  }
  return workflows;
}

}  // namespace tenantctl
