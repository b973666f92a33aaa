#include "storage/sqlite/admissions.hpp"

#include <cstdint>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "core/context_mint.hpp"
#include "registry/api_key_text.hpp"
#include "support/must.hpp"

using tenancy::TenantContext;
using tenancy::Timestamp;
using tenancy::detail::ContextMint;
using tenancy::detail::CredentialId;
using tenancy::detail::Grant;
using tenancy::detail::Realm;
using tenancy::detail::sqlite::Admissions;
using tenancy_test::must;

namespace {

TenantContext context_of(std::int64_t tenant, std::int64_t epoch,
                         std::optional<CredentialId> credential = {},
                         std::optional<Timestamp> expires_at = {}) {
  static const Realm realm = Realm::create();
  return ContextMint::mint(realm,
                           Grant{.tenant = must(tenancy::TenantId::from_value(tenant)),
                                 .principal = tenancy::Principal::host(),
                                 .epoch = epoch,
                                 .credential = credential,
                                 .expires_at = expires_at},
                           tenancy::Scope::write);
}

CredentialId credential(int number) {
  const std::string digits = std::to_string(number);
  return tenancy::detail::to_credential(std::string(16 - digits.size(), '0') + digits);
}

constexpr int most = 8192;

}  // namespace

TEST_CASE("who is remembered is let in, and nobody else") {
  Admissions admissions;
  admissions.begin(1);
  // Neighbours, whose numbers differ in one bit.
  for (const std::int64_t tenant : {6, 7}) {
    CHECK_FALSE(admissions.admits(context_of(tenant, 1)));
  }
  admissions.remember(context_of(6, 1));
  CHECK(admissions.admits(context_of(6, 1)));
  CHECK_FALSE(admissions.admits(context_of(6, 2)));
  CHECK_FALSE(admissions.admits(context_of(7, 1)));
  admissions.remember(context_of(7, 2));
  CHECK(admissions.admits(context_of(6, 1)));
  CHECK(admissions.admits(context_of(7, 2)));
  CHECK_FALSE(admissions.admits(context_of(7, 1)));
}

TEST_CASE("a credential is let in as it was, for its own tenant") {
  Admissions admissions;
  admissions.begin(1);
  const Timestamp later = Timestamp::from_microseconds(1'000'000);
  admissions.remember(context_of(6, 1, credential(1)));
  admissions.remember(context_of(7, 1, credential(2), later));
  CHECK(admissions.admits(context_of(6, 1, credential(1))));
  CHECK(admissions.admits(context_of(7, 1, credential(2), later)));
  CHECK_FALSE(admissions.admits(context_of(6, 1, credential(2), later)));
  CHECK_FALSE(admissions.admits(context_of(7, 1, credential(1))));
  CHECK_FALSE(admissions.admits(context_of(6, 1, credential(1), later)));
  CHECK_FALSE(admissions.admits(context_of(7, 1, credential(2))));
  CHECK_FALSE(admissions.admits(context_of(6, 1, credential(3))));
  CHECK(admissions.admits(context_of(6, 1)));
}

TEST_CASE("what was found holds while nobody else commits") {
  Admissions admissions;
  const auto context = context_of(6, 1);
  admissions.begin(1);
  admissions.remember(context);
  admissions.end();
  CHECK_FALSE(admissions.admits(context));
  admissions.begin(1);
  CHECK(admissions.admits(context));
  admissions.committed(2);
  admissions.end();
  admissions.begin(2);
  CHECK(admissions.admits(context));
  admissions.end();
  admissions.begin(3);
  CHECK_FALSE(admissions.admits(context));
}

TEST_CASE("nothing is let in from memory, or kept, once the control tables may have changed") {
  Admissions admissions;
  const auto before = context_of(6, 1);
  const auto behind = context_of(7, 1);
  admissions.begin(1);
  admissions.remember(before);
  admissions.close();
  CHECK_FALSE(admissions.admits(before));
  admissions.remember(behind);
  CHECK_FALSE(admissions.admits(behind));
  admissions.begin(1);
  CHECK_FALSE(admissions.admits(before));
  CHECK_FALSE(admissions.admits(behind));
}

TEST_CASE("what is remembered is bounded") {
  Admissions admissions;
  admissions.begin(1);
  SUBCASE("in tenants") {
    for (int tenant = 1; tenant <= most; ++tenant) {
      admissions.remember(context_of(tenant, 1));
    }
    CHECK(admissions.admits(context_of(1, 1)));
    admissions.remember(context_of(most + 1, 1));
    CHECK_FALSE(admissions.admits(context_of(1, 1)));
    CHECK(admissions.admits(context_of(most + 1, 1)));
  }
  SUBCASE("in credentials of one tenant") {
    for (int number = 1; number <= most; ++number) {
      admissions.remember(context_of(1, 1, credential(number)));
    }
    CHECK(admissions.admits(context_of(1, 1, credential(1))));
    admissions.remember(context_of(1, 1, credential(most + 1)));
    CHECK_FALSE(admissions.admits(context_of(1, 1, credential(1))));
    CHECK(admissions.admits(context_of(1, 1, credential(most + 1))));
  }
}
