#include <memory>
#include <string>

#include <CLI/App.hpp>

#include "ctl/pairing_view.hpp"
#include "ctl/picture_file.hpp"
#include "ctl/session.hpp"
#include "ctl/tenant_reference.hpp"
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
  auto* const command =
      group.add_subcommand("pair", "Get what pairs a telephone with a tenant's messaging instance");
  const auto request = std::make_shared<Request>();
  command->add_option("TENANT", request->tenant, std::string{tenant_reference_help})->required();
  command->add_option("--instance", request->wish.instance,
                      "Which of its messaging instances, where it has several, or a new one");
  command->add_flag("--activate", request->wish.activates,
                    "Let the tenant in afterwards, when it is provisioning");
  command->add_option("--qr-file", request->qr_file, "Write the QR code to this file (PNG)")
      ->type_name("FILE");
  command->callback([&chosen, request] {
    chosen.run = [request](Session& session) { return pair(session, *request); };
    chosen.needs = Needs::server;
  });
}

}  // namespace tenantctl
