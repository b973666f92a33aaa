#include "ctl/session.hpp"

#include "ctl/login_name.hpp"
#include "ctl/server_address.hpp"
#include "ctl/server_key.hpp"
#include "ctl/server_keys.hpp"
#include "ctl/server_quotas.hpp"
#include "ctl/server_tenants.hpp"
#include "ctl/store_access.hpp"
#include "ctl/store_keys.hpp"
#include "ctl/store_tenants.hpp"

namespace tenantctl {

Outcome<ApiClient*> Session::server() {
  if (!server_) {
    BOOST_OUTCOME_TRY(const auto address,
                      parse_server_address(options_.server, options_.insecure_http));
    BOOST_OUTCOME_TRY(const auto key, load_server_key(options_.key_file, limit_.interruption()));
    BOOST_OUTCOME_TRY(auto transport, HttpClient::create(address, key, options_.cacert, limit_));
    server_ = std::make_unique<ApiClient>(std::move(transport));
  }
  return server_.get();
}

Outcome<void> Session::prepare() {
  if (!options_.server.empty()) {
    BOOST_OUTCOME_TRY(server());
  } else if (!options_.store.empty()) {
    BOOST_OUTCOME_TRY(store_url_, load_store_url(options_, interruption()));
  }
  return success();
}

Outcome<TenantDirectory*> Session::tenants() {
  if (!tenants_ && !options_.server.empty()) {
    BOOST_OUTCOME_TRY(auto* const client, server());
    tenants_ = std::make_unique<ServerTenants>(*client);
  } else if (!tenants_) {
    BOOST_OUTCOME_TRY(const auto opened, registry());
    tenants_ = std::make_unique<StoreTenants>(opened, limit_);
  }
  return tenants_.get();
}

Outcome<KeyDesk*> Session::keys() {
  if (!keys_ && !options_.server.empty()) {
    BOOST_OUTCOME_TRY(auto* const client, server());
    keys_ = std::make_unique<ServerKeys>(*client);
  } else if (!keys_) {
    BOOST_OUTCOME_TRY(const auto opened, registry());
    keys_ = std::make_unique<StoreKeys>(opened, limit_);
  }
  return keys_.get();
}

Outcome<QuotaDesk*> Session::quotas() {
  if (options_.server.empty()) {
    BOOST_OUTCOME_TRY(auto* const desk, store_quotas());
    return desk;
  }
  if (!server_quotas_) {
    BOOST_OUTCOME_TRY(auto* const client, server());
    server_quotas_ = std::make_unique<ServerQuotas>(*client);
  }
  return server_quotas_.get();
}

Outcome<StoreQuotas*> Session::store_quotas() {
  if (!store_quotas_) {
    BOOST_OUTCOME_TRY(const auto* const opened, authority());
    BOOST_OUTCOME_TRY(const auto who, principal());
    const auto schema =
        options_.migrations.empty() ? StoreSchema::of_service : StoreSchema::of_host;
    store_quotas_ = std::make_unique<StoreQuotas>(*opened, who, schema, limit_);
  }
  return store_quotas_.get();
}

Outcome<ServerMessaging> Session::messaging(const std::string& what) {
  if (options_.server.empty()) {
    return Failure::needs_server(what);
  }
  BOOST_OUTCOME_TRY(auto* const client, server());
  return ServerMessaging{*client};
}

Outcome<tenancy::Authority*> Session::authority() {
  if (!authority_) {
    BOOST_OUTCOME_TRY(auto opened, open_as_it_is(options_, store_url_, time(), call()));
    authority_ = std::move(opened);
  }
  return &*authority_;
}

Outcome<tenancy::Principal> Session::principal() const {
  const std::string name = options_.act_as.empty() ? login_name() : options_.act_as;
  const auto principal = tenancy::Principal::create(tenancy::PrincipalKind::administrator, name);
  if (!principal) {
    return Failure{principal.error()}.with_context("--as");
  }
  return principal.value();
}

Outcome<tenancy::TenantRegistry> Session::registry() {
  BOOST_OUTCOME_TRY(const auto who, principal());
  BOOST_OUTCOME_TRY(const auto* const opened, authority());
  return opened->registry(who).with(call());
}

Outcome<void> Session::confirm(const Question& question) {
  if (options_.yes) {
    return success();
  }
  BOOST_OUTCOME_TRY(tenantctl::confirm(question, interruption()));
  limit_.restart();
  return success();
}

}  // namespace tenantctl
