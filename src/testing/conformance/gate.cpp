// Who is let in.

#include <atomic>
#include <thread>

#include "tenancy/core/secret_bytes.hpp"
#include "tenancy/data/cross_tenant_repository.hpp"
#include "tenancy/registry/authenticator.hpp"

#include "testing/conformance/look.hpp"

namespace tenancy::inline v0::conformance {
namespace {

/// A write of a row, and whether its unit ran.
struct Attempt {
  Result<void> outcome;
  bool ran;
};

Attempt try_write(const Handle& handle, const TenantContext& context, const std::string& key) {
  bool ran = false;
  auto outcome = handle.store().write(context, [&](WriteTransaction& tx) -> Result<void> {
    // A unit whose transaction is refused in its first statement has begun and done nothing.
    BOOST_OUTCOME_TRY(Repository<Card>{tx}.insert(card(key, key)));
    ran = true;
    return success();
  });
  return {std::move(outcome), ran};
}

Attempt try_async_write(const Handle& handle, const TenantContext& context,
                        const std::string& key) {
  const auto ran = std::make_shared<std::atomic<bool>>(false);
  auto outcome =
      write_async(handle.store(), context, [key, ran](WriteTransaction& tx) -> Result<void> {
        BOOST_OUTCOME_TRY(Repository<Card>{tx}.insert(card(key, key)));
        *ran = true;
        return success();
      });
  return {std::move(outcome), *ran};
}

/// That the context opens nothing any more.
void expect_shut(const Handle& handle, const TenantContext& context, std::string_view what,
                 errc with) {
  const std::string whose{what};
  refused("a read " + whose, handle.cards(context).count(), {with});
  refused("a unit that reads " + whose,
          handle.store().read(context,
                              [](ReadTransaction& tx) { return ReadRepository<Card>{tx}.count(); }),
          {with});
  refused("a unit that reads nothing " + whose,
          handle.store().read(context, [](ReadTransaction&) -> Result<void> { return success(); }),
          {with});
  refused("a row's insert " + whose, handle.cards(context).insert(card("shut", "shut")), {with});
  const auto written = try_write(handle, context, "shut");
  refused("a write " + whose, written.outcome, {with});
  expect(!written.ran, "a write " + whose + " changes nothing", "a statement that succeeded");
  const auto later = try_async_write(handle, context, "shut");
  refused("an asynchronous write " + whose, later.outcome, {with});
  expect(!later.ran, "an asynchronous write " + whose + " changes nothing",
         "a statement that succeeded");
}

void check_status(Look& look) {
  const auto here = look.open();
  const auto elsewhere = look.open();
  const auto tenant = here.create("tenant");
  const auto context = here.enter(tenant);
  got("inserting a row", here.cards(context).insert(card("a", "a")));
  got("reading", here.cards(context).count());
  got("suspending a tenant by another handle", elsewhere.registry().suspend(tenant.id));
  expect_shut(here, context, "for a tenant that another handle has suspended",
              errc::tenant_not_active);

  const auto second = here.create("second");
  const auto in_second = here.enter(second);
  got("reading", here.cards(in_second).count());
  got("suspending a tenant", here.registry().suspend(second.id));
  expect_shut(here, in_second, "for a tenant that this handle has suspended",
              errc::tenant_not_active);
  got("activating a tenant", here.registry().activate(second.id));
  expect_titles("the tenant, once it is active again,", {}, here.cards(here.enter(second)));
}

void check_epoch(Look& look) {
  const auto here = look.open();
  const auto elsewhere = look.open();
  const auto tenant = here.create("tenant");
  const auto context = here.enter(tenant);
  got("reading", here.cards(context).count());
  got("suspending a tenant", elsewhere.registry().suspend(tenant.id));
  got("activating a tenant", elsewhere.registry().activate(tenant.id));
  expect_shut(here, context, "with a context from before its tenant was suspended and came back",
              errc::stale_context);
}

void check_credential(Look& look) {
  const auto here = look.open();
  const auto elsewhere = look.open();
  const auto tenant = here.create("tenant");
  const auto key_of = [&](std::string name) {
    return got("issuing a key", here.registry().issue_key(tenant.id, {.name = std::move(name)}));
  };
  const auto enter_by = [&](const IssuedApiKey& key) {
    return got("authenticating",
               here.authority.authenticator().authenticate(key.text.unsafe_text()));
  };

  const auto revoked = key_of("revoked");
  const auto good = key_of("good");
  const auto by_revoked = enter_by(revoked);
  const auto by_good = enter_by(good);
  got("reading", here.cards(by_revoked).count());
  got("revoking a key", elsewhere.registry().revoke_key(tenant.id, revoked.key.id));
  expect_shut(here, by_revoked, "with a context of a key that another handle has revoked",
              errc::stale_context);
  got("reading by another key of the same tenant", here.cards(by_good).count());

  const auto changed = key_of("changed");
  const auto by_changed = enter_by(changed);
  got("reading", here.cards(by_changed).count());
  got("changing when a key expires",
      elsewhere.registry().expire_key(tenant.id, changed.key.id,
                                      look.clock().now() + std::chrono::hours{1}));
  expect_shut(here, by_changed, "with a context from before its key's expiry was changed",
              errc::stale_context);
}

void check_realm(Look& look) {
  const auto here = look.open();
  const auto elsewhere = look.open();
  const auto tenant = here.create("tenant");
  expect_shut(here, elsewhere.enter(tenant), "with a context of another handle of the same store",
              errc::foreign_context);
  const auto reason = got("a reason", CrossingReason::create(CrossingPurpose::maintenance,
                                                             "the conformance kit looks"));
  const auto crossing = got("the permission to cross tenants",
                            elsewhere.authority.cross_tenants(Principal::host(), reason));
  refused("a read across tenants with a permission of another handle",
          CrossTenantRepository<Card>{here.store(), crossing}.count(), {errc::foreign_context});
}

void check_expiry(Look& look) {
  const auto here = look.open();
  const auto tenant = here.create("tenant");
  const auto issued = got(
      "issuing a key",
      here.registry().issue_key(
          tenant.id, {.name = "short", .expires_at = look.clock().now() + std::chrono::hours{1}}));
  const auto context =
      got("authenticating", here.authority.authenticator().authenticate(issued.text.unsafe_text()));
  got("reading before a context expires", here.cards(context).count());
  look.clock().advance(std::chrono::hours{1});
  expect_shut(here, context, "with a context that has expired", errc::stale_context);
}

void check_scope(Look& look) {
  const auto here = look.open();
  const auto tenant = here.create("tenant");
  const auto context = here.enter(tenant);
  got("inserting a row", here.cards(context).insert(card("a", "a")));
  for (const auto& narrow : {context.narrowed_to(Scope::read), here.enter(tenant, Scope::read)}) {
    expect_titles("a tenant by a context that may read", {"a"}, here.cards(narrow));
    refused("a row's insert by a context that may only read",
            here.cards(narrow).insert(card("b", "b")), {errc::access_denied});
    const auto written = try_write(here, narrow, "b");
    refused("a write by a context that may only read", written.outcome, {errc::access_denied});
    expect(!written.ran, "a write by a context that may only read changes nothing",
           "a statement that succeeded");
    refused("an asynchronous write by a context that may only read",
            try_async_write(here, narrow, "b").outcome, {errc::access_denied});
  }
  expect_titles("the tenant", {"a"}, here.cards(context));
}

void check_order(Look& look) {
  const auto here = look.open();
  const auto elsewhere = look.open();
  const auto tenant = here.create("tenant");
  const auto context = here.enter(tenant);
  std::atomic<bool> is_inside{false};
  std::atomic<bool> is_suspended{false};
  bool was_suspended_inside = false;
  std::jthread suspending;
  Result<void> suspended = success();
  const auto outcome = here.store().write(context, [&](WriteTransaction& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(Repository<Card>{tx}.insert(card("a", "a")));
    if (!is_inside.exchange(true)) {
      suspending = std::jthread{[&] {
        if (auto done = elsewhere.registry().suspend(tenant.id); !done) {
          suspended = std::move(done).error();
        }
        is_suspended = true;
      }};
      // A store may let the suspension wait for the write: then it does not come true.
      was_suspended_inside =
          comes_true(std::chrono::milliseconds{150}, [&] { return is_suspended.load(); });
    }
    return success();
  });
  if (suspending.joinable()) {
    suspending.join();
  }
  got("suspending a tenant while a write of its is under way", suspended);
  expect(!was_suspended_inside || !outcome.has_value(),
         "a suspension that has returned lets no write commit behind it", "a write that did");
  expect_shut(here, context, "for a tenant that was suspended during its write",
              errc::tenant_not_active);
}

}  // namespace

std::vector<Entry> gate_checks() {
  return {
      {{"gate.status",
        "A tenant that is not active is let in by no transaction from the very next one on, "
        "whichever handle changed its status."},
       &check_status},
      {{"gate.epoch", "A context from before a change of its tenant's status opens nothing."},
       &check_epoch},
      {{"gate.credential",
        "A context of a key that was revoked, or whose expiry was changed, opens nothing."},
       &check_credential},
      {{"gate.realm", "A store takes contexts of its own authority only."}, &check_realm},
      {{"gate.expiry", "A context that has expired opens nothing."}, &check_expiry},
      {{"gate.scope", "A context that may only read changes nothing."}, &check_scope},
      {{"gate.order", "Behind a suspension that has returned no write of the tenant commits."},
       &check_order},
  };
}

}  // namespace tenancy::inline v0::conformance
