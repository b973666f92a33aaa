#include <string>

#include <CLI/App.hpp>

#include "ctl/pairing_view.hpp"
#include "ctl/picture_file.hpp"
#include "ctl/session.hpp"
#include "ctl/tenant_command.hpp"
#include "ctl/tenant_view.hpp"
#include "ctl/tenants.hpp"

namespace tenantctl {
namespace {

struct Request {
  std::string tenant;
  std::string qr_file;
  ServerMessaging::Wish wish;
};

Outcome<void> pair(Session& session, const Request& request) {
  BOOST_OUTCOME_TRY(const auto picture, PictureFile::plan(request.qr_file));
  BOOST_OUTCOME_TRY(const auto messaging, session.messaging("tenants pair"));
  BOOST_OUTCOME_TRY(auto* const tenants, session.tenants());
  BOOST_OUTCOME_TRY(const auto found, tenants->find(request.tenant));
  BOOST_OUTCOME_TRY(const auto paired, messaging.pair(found.id, request.wish));
  Json document = to_json(paired.tenant);
  document["messaging"] = to_json(paired.pairing);
  Output& output = session.output();
  output.result(document, details(paired.tenant) + details(paired.pairing));
  tell_of_pairing(output, paired.pairing);
  return picture.write(paired.pairing);
}

}  // namespace

void add_tenant_pair(CLI::App& group, Command& chosen) {
  const TenantCommands<Request> commands{group, chosen};
  Request& request = commands.request();
  auto* const command = commands.add(
      "pair", "Get what pairs a telephone with a tenant's messaging instance", pair, Needs::server);
  command->add_option("--instance", request.wish.instance,
                      "Which of its messaging instances, where it has several, or a new one");
  command->add_flag("--activate", request.wish.activates,
                    "Let the tenant in afterwards, when it is provisioning");
  command->add_option("--qr-file", request.qr_file, "Write the QR code to this file (PNG)")
      ->type_name("FILE");
}

}  // namespace tenantctl
