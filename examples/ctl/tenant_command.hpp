#pragma once

#include <memory>
#include <string>

#include <CLI/App.hpp>

#include "ctl/options.hpp"
#include "ctl/session.hpp"
#include "ctl/tenant_reference.hpp"

namespace tenantctl {

/// Adds commands to a group of which each is about one tenant, its first argument. `Request` holds
/// what they are given, with the tenant in `Request::tenant`.
template <class Request>
class TenantCommands {
 public:
  using Run = Outcome<void> (*)(Session&, const Request&);

  /// Both outlive the parsing of the command line.
  TenantCommands(CLI::App& group, Command& chosen) : group_{group}, chosen_{chosen} {}

  /// Where further options write to.
  [[nodiscard]] Request& request() const { return *request_; }

  CLI::App* add(const char* name, const char* description, Run run,
                Needs needs = Needs::store_or_server) const {
    auto* const command = group_.add_subcommand(name, description);
    command->add_option("TENANT", request_->tenant, std::string{tenant_reference_help})->required();
    command->callback([&chosen = chosen_, request = request_, run, needs] {
      chosen.run = [request, run](Session& session) { return run(session, *request); };
      chosen.needs = needs;
    });
    return command;
  }

 private:
  CLI::App& group_;
  Command& chosen_;
  std::shared_ptr<Request> request_ = std::make_shared<Request>();
};

}  // namespace tenantctl
