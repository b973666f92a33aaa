#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/principal.hpp"
#include "tenancy/registry/authority.hpp"

#include "ctl/api_client.hpp"
#include "ctl/call_limit.hpp"
#include "ctl/confirm.hpp"
#include "ctl/key_desk.hpp"
#include "ctl/options.hpp"
#include "ctl/output.hpp"
#include "ctl/server_messaging.hpp"
#include "ctl/store_quotas.hpp"
#include "ctl/tenant_directory.hpp"

namespace tenantctl {

/// What one command works with: the options, the store or the server, the output, and how long it
/// may take.
class Session {
 public:
  Session(const Options& options, Output& output, const Interruption& interruption,
          std::optional<std::chrono::milliseconds> time)
      : options_{options}, output_{output}, limit_{interruption, time} {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() = default;

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] Output& output() noexcept { return output_; }
  [[nodiscard]] const Interruption& interruption() const noexcept { return limit_.interruption(); }
  /// How long the command may take in all; none for no limit.
  [[nodiscard]] const std::optional<std::chrono::milliseconds>& time() const noexcept {
    return limit_.time();
  }

  /// What each call to the store is held to: the end of the command's time, and signals.
  [[nodiscard]] tenancy::CallOptions call() const { return limit_.call(); }

  /// Takes the server's key, or the password of the store, from where it is, before the command
  /// reads its input. Errors: usage; `input`.
  Outcome<void> prepare();

  /// Of the store, with its password: not to be shown. Empty when none is named.
  [[nodiscard]] const std::string& store_url() const noexcept { return store_url_; }

  /// The tenants and their keys, in the store or behind the server.
  /// Errors: usage; those of `tenancy::open`.
  Outcome<TenantDirectory*> tenants();
  Outcome<KeyDesk*> keys();
  Outcome<QuotaDesk*> quotas();
  /// Those of the store. Errors: those of `authority`; usage for `--as`.
  Outcome<StoreQuotas*> store_quotas();
  /// The messaging instances behind the server. Errors: usage, for what is called so, on a store.
  Outcome<ServerMessaging> messaging(const std::string& what);

  /// The store, opened as it is: no step of its schema is applied.
  /// Errors: usage; those of `tenancy::open`.
  Outcome<tenancy::Authority*> authority();
  /// The registry for who gives the command. Errors: those of `authority`; usage for `--as`.
  Outcome<tenancy::TenantRegistry> registry();

  /// Asks, unless `--yes` was given. The time that a person takes is not the command's.
  Outcome<void> confirm(const Question& question);

 private:
  Outcome<ApiClient*> server();
  /// Who gives the command. Errors: usage for `--as`.
  [[nodiscard]] Outcome<tenancy::Principal> principal() const;

  const Options& options_;
  Output& output_;
  CallLimit limit_;
  std::string store_url_;
  std::optional<tenancy::Authority> authority_;
  std::unique_ptr<ApiClient> server_;
  std::unique_ptr<TenantDirectory> tenants_;
  std::unique_ptr<KeyDesk> keys_;
  std::unique_ptr<QuotaDesk> server_quotas_;
  std::unique_ptr<StoreQuotas> store_quotas_;
};

}  // namespace tenantctl
