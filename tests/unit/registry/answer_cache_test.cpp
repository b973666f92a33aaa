#include "registry/answer_cache.hpp"

#include <atomic>
#include <barrier>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "core/context_mint.hpp"
#include "registry/api_key_text.hpp"

using tenancy::TenantId;
using tenancy::detail::AnswerCache;
using tenancy::detail::CredentialAnswer;
using tenancy::detail::CredentialId;

namespace {

constexpr std::size_t enough = std::size_t{1} << 20U;

CredentialId credential(std::string_view text = "0123456789abcdef") {
  return tenancy::detail::to_credential(text);
}

std::shared_ptr<CredentialAnswer> answer_of(TenantId tenant, std::int64_t epoch,
                                            const CredentialId& id) {
  return std::make_shared<CredentialAnswer>(
      tenancy::Mac{},
      tenancy::detail::ContextMint::mint(
          tenancy::detail::Realm::create(),
          tenancy::detail::Grant{.tenant = tenant,
                                 .principal = tenancy::Principal::host(),
                                 .epoch = epoch,
                                 .kind = tenancy::ContextKind::credential,
                                 .credential = id},
          tenancy::Scope::write),
      0, CredentialAnswer::Clock::time_point{});
}

}  // namespace

TEST_CASE("a tenant's answer is kept until the tenant changes") {
  AnswerCache answers{enough};
  const auto tenant = TenantId::generate();
  CHECK_FALSE(answers.find(tenant).has_value());
  const auto kept = answers.keep(tenant, 7, answers.ticket());
  CHECK(kept.epoch == 7);
  REQUIRE(answers.find(tenant).has_value());
  CHECK(answers.find(tenant)->mark == kept.mark);

  answers.changed(TenantId::generate());
  CHECK(answers.find(tenant).has_value());
  CHECK_FALSE(kept.mark->expired());
  answers.changed(tenant);
  CHECK_FALSE(answers.find(tenant).has_value());
  CHECK(kept.mark->expired());
}

TEST_CASE("the same answer again shares its mark, another epoch has one of its own") {
  AnswerCache answers{enough};
  const auto tenant = TenantId::generate();
  const auto first = answers.keep(tenant, 1, answers.ticket());
  CHECK(answers.keep(tenant, 1, answers.ticket()).mark == first.mark);
  const auto second = answers.keep(tenant, 2, answers.ticket());
  CHECK(second.mark != first.mark);
  CHECK(answers.find(tenant)->epoch == 2);
}

TEST_CASE("an answer whose mark a transaction has expired is none") {
  AnswerCache answers{enough};
  const auto tenant = TenantId::generate();
  const auto kept = answers.keep(tenant, 1, answers.ticket());
  kept.mark->expire();
  CHECK_FALSE(answers.find(tenant).has_value());
  // The same epoch, found out anew, is good again.
  const auto again = answers.keep(tenant, 1, answers.ticket());
  CHECK_FALSE(again.mark->expired());
  CHECK(answers.find(tenant)->mark == again.mark);
}

TEST_CASE("what was looked up before a change is not kept after it") {
  AnswerCache answers{enough};
  const auto tenant = TenantId::generate();
  const auto ticket = answers.ticket();
  answers.changed(tenant);
  const auto late = answers.keep(tenant, 1, ticket);
  CHECK(late.epoch == 1);
  CHECK(late.mark->expired());
  CHECK_FALSE(answers.find(tenant).has_value());

  answers.keep(credential(), answer_of(tenant, 1, credential()), ticket);
  CHECK(answers.find(credential()) == nullptr);
}

TEST_CASE("a credential's answer is kept until it changes, and its tenant's with it") {
  AnswerCache answers{enough};
  const auto tenant = TenantId::generate();
  const auto other = credential("fedcba9876543210");
  const auto kept = answers.keep(tenant, 1, answers.ticket());
  answers.keep(credential(), answer_of(tenant, 1, credential()), answers.ticket());
  answers.keep(other, answer_of(tenant, 1, other), answers.ticket());
  REQUIRE(answers.find(credential()) != nullptr);
  answers.changed(tenant, credential());
  CHECK(answers.find(credential()) == nullptr);
  CHECK(answers.find(other) != nullptr);
  CHECK(kept.mark->expired());
}

TEST_CASE("answers fit into their budget, and a budget of nothing keeps none") {
  AnswerCache none{0};
  const auto tenant = TenantId::generate();
  CHECK_FALSE(none.keep(tenant, 1, none.ticket()).mark->expired());
  CHECK_FALSE(none.find(tenant).has_value());
  none.keep(credential(), answer_of(tenant, 1, credential()), none.ticket());
  CHECK(none.find(credential()) == nullptr);

  constexpr std::size_t budget = 100'000;
  AnswerCache answers{budget};
  for (int i = 0; i < 5'000; ++i) {
    const auto id = TenantId::generate();
    answers.keep(id, 1, answers.ticket());
    const auto text = tenancy::detail::ApiKeyText::generate(tenancy::detail::KeyHolder::tenant);
    answers.keep(credential(text.id()), answer_of(id, 1, credential(text.id())), answers.ticket());
  }
  CHECK(answers.bytes() <= budget);
  CHECK(answers.bytes() > budget / 2);
}

TEST_CASE("whatever threads look up while a tenant changes, no answer of before outlives it") {
  AnswerCache answers{enough};
  const auto tenant = TenantId::generate();
  constexpr int rounds = 600;
  // What a store would say; it changes before the cache is told, as commits do.
  std::atomic<std::int64_t> epoch = 1;
  std::barrier round_begins{4};
  std::barrier round_ends{4};
  std::vector<std::thread> threads;
  threads.reserve(3);
  for (int number = 0; number < 3; ++number) {
    threads.emplace_back([&] {
      for (int round = 0; round < rounds; ++round) {
        round_begins.arrive_and_wait();
        const auto ticket = answers.ticket();
        const std::int64_t seen = epoch;
        answers.keep(tenant, seen, ticket);
        answers.keep(credential(), answer_of(tenant, seen, credential()), ticket);
        round_ends.arrive_and_wait();
      }
    });
  }
  int outdated = 0;
  for (int round = 0; round < rounds; ++round) {
    round_begins.arrive_and_wait();
    ++epoch;
    answers.changed(tenant, credential());
    round_ends.arrive_and_wait();
    // All is quiet until the next round begins.
    const auto found = answers.find(tenant);
    outdated += found && found->epoch != epoch ? 1 : 0;
    const auto key = answers.find(credential());
    outdated += key != nullptr && key->context.epoch() != epoch ? 1 : 0;
  }
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK(outdated == 0);
}
