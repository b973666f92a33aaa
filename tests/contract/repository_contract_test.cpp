// What every storage backend must do under a repository. A further backend joins by its URL.

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/postgres_place.hpp"
#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::Order;
using tenancy::PageRequest;
using tenancy::Repository;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::Task;
using tenancy_test::tester;

namespace {

/// A fresh store of each backend with two tenants.
class Backend {
 public:
  explicit Backend(const std::string& scheme)
      : place_{scheme == "postgresql" ? std::make_unique<tenancy_test::PostgresPlace>(options())
                                      : nullptr},
        clock{place_ ? place_->clock() : clock_},
        authority{place_ ? std::move(place_->authority())
                         : must(tenancy::open(url_of(scheme), options()))},
        acme{enter("acme")},
        globex{enter("globex")} {}

  [[nodiscard]] tenancy::TenantContext enter(std::string_view slug) const {
    const auto tenant =
        must(authority.registry(tester()).create({std::string{slug}, std::string{slug}}));
    return must(authority.enter(tenant.id, tester()));
  }
  [[nodiscard]] bool is_postgres() const noexcept { return place_ != nullptr; }
  template <class T>
  [[nodiscard]] Repository<T> repository(const tenancy::TenantContext& context) const {
    return Repository<T>{authority.store(), context};
  }

 private:
  [[nodiscard]] std::string url_of(const std::string& scheme) const {
    if (scheme == "sqlite") {
      return "sqlite:" + (folder_ / "store.db").string();
    }
    return scheme == "sqlite-silo" ? "sqlite-silo:" + (folder_ / "silo").string() : scheme;
  }
  [[nodiscard]] tenancy::OpenOptions options() const {
    return {.migrations = tenancy_test::test_schema(), .store = {.clock = clock_}};
  }

  tenancy_test::TemporaryFolder folder_;
  std::shared_ptr<tenancy::ManualClock> clock_ = std::make_shared<tenancy::ManualClock>(
      tenancy::Timestamp::from_microseconds(1'700'000'000'000'000));
  std::unique_ptr<tenancy_test::PostgresPlace> place_;

 public:
  std::shared_ptr<tenancy::ManualClock> clock;
  tenancy::Authority authority;
  tenancy::TenantContext acme;
  tenancy::TenantContext globex;
};

template <class Body>
void for_each_backend(Body body) {
  for (const std::string scheme : {"sqlite", "sqlite::memory:", "sqlite-silo", "postgresql"}) {
    CAPTURE(scheme);
    const Backend backend{scheme};
    body(backend);
  }
}

std::vector<std::string> ids_of(const tenancy::Page<Note>& page) {
  std::vector<std::string> ids;
  for (const auto& note : page.items) {
    ids.push_back(note.id);
  }
  return ids;
}

}  // namespace

TEST_CASE("what is inserted is found as it is, by its tenant alone") {
  for_each_backend([](const Backend& backend) {
    const auto notes = backend.repository<Note>(backend.acme);
    const auto stored =
        must(notes.insert({.title = "first", .stars = 5, .link = "https://a.example"}));
    CHECK(stored.id.size() == tenancy::record_id_length);
    CHECK(stored.created_at == backend.clock->now());
    CHECK(stored.updated_at == backend.clock->now());
    CHECK(must(notes.require(stored.id)) == stored);
    CHECK(must(notes.find(stored.id)) == stored);

    const auto others = backend.repository<Note>(backend.globex);
    CHECK_FALSE(must(others.find(stored.id)).has_value());
    CHECK(code_of(others.require(stored.id)) == errc::not_found);
    CHECK(code_of(others.update(stored)) == errc::not_found);
    CHECK(code_of(others.erase(stored.id)) == errc::not_found);
    CHECK(must(others.count()) == 0);
    CHECK(must(others.list()).items.empty());
    CHECK(must(notes.require(stored.id)) == stored);
  });
}

TEST_CASE("tenants share keys and unique values without meeting") {
  for_each_backend([](const Backend& backend) {
    const auto of_acme = backend.repository<Note>(backend.acme);
    const auto of_globex = backend.repository<Note>(backend.globex);
    const auto a = must(of_acme.insert({.id = "same", .title = "same", .stars = 1}));
    const auto g = must(of_globex.insert({.id = "same", .title = "same", .stars = 2}));
    CHECK(must(of_acme.require("same")) == a);
    CHECK(must(of_globex.require("same")) == g);
    must(of_acme.update({.id = "same", .title = "changed", .stars = 3}));
    CHECK(must(of_globex.require("same")) == g);
    must(of_acme.erase("same"));
    CHECK(must(of_globex.require("same")) == g);
  });
}

TEST_CASE("a taken key or unique value is a conflict that names columns and no values") {
  for_each_backend([](const Backend& backend) {
    const auto notes = backend.repository<Note>(backend.acme);
    must(notes.insert({.id = "n1", .title = "secret plan"}));
    const auto same_key = notes.insert({.id = "n1", .title = "other"});
    CHECK(code_of(same_key) == errc::already_exists);
    CHECK(same_key.error().message().find("notes.id") != std::string::npos);
    const auto same_title = notes.insert({.id = "n2", .title = "secret plan"});
    CHECK(code_of(same_title) == errc::already_exists);
    CHECK(same_title.error().message().find("notes.title") != std::string::npos);
    CHECK(same_title.error().message().find("secret plan") == std::string::npos);
    CHECK(code_of(notes.insert({.id = "n3", .title = "t", .stars = -1})) ==
          errc::constraint_violation);
    CHECK(must(notes.count()) == 1);
  });
}

TEST_CASE("an update writes everything but the key and the time of creation") {
  for_each_backend([](const Backend& backend) {
    const auto notes = backend.repository<Note>(backend.acme);
    auto note = must(notes.insert({.title = "before", .stars = 1, .link = "https://a.example"}));
    const auto created = note.created_at;
    backend.clock->advance(std::chrono::seconds{5});
    note.title = "after";
    note.link.reset();
    note.created_at = {};
    const auto updated = must(notes.update(note));
    CHECK(updated.updated_at == backend.clock->now());
    const auto stored = must(notes.require(note.id));
    CHECK(stored.title == "after");
    CHECK_FALSE(stored.link.has_value());
    CHECK(stored.created_at == created);
    CHECK(stored.updated_at == backend.clock->now());
    CHECK(code_of(notes.update({.id = "nowhere", .title = "x"})) == errc::not_found);
  });
}

TEST_CASE("numbers, truth values and inherited private members come back exactly") {
  for_each_backend([](const Backend& backend) {
    const auto tasks = backend.repository<Task>(backend.acme);
    constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
    constexpr auto highest = std::numeric_limits<std::int64_t>::max();
    for (const auto number : {lowest, std::int64_t{-1}, std::int64_t{0}, highest}) {
      must(tasks.insert(
          {number, std::nullopt, number < 0, std::numeric_limits<double>::denorm_min()}));
      const auto stored = must(tasks.require(number));
      CHECK(stored.number() == number);
      CHECK(stored.done() == (number < 0));
      CHECK(stored.weight() == std::numeric_limits<double>::denorm_min());
    }
    CHECK(must(tasks.list({.order = Order::oldest_first})).items.front().number() == lowest);
    CHECK(code_of(tasks.insert({7, std::nullopt, false, std::nan("")})) == errc::invalid_value);
  });
}

TEST_CASE("references stay inside the tenant") {
  for_each_backend([](const Backend& backend) {
    must(backend.repository<Note>(backend.acme).insert({.id = "n1", .title = "of acme"}));
    const auto of_globex = backend.repository<Task>(backend.globex);
    CHECK(code_of(of_globex.insert({1, "n1", false, 0})) == errc::reference_violation);
    must(backend.repository<Task>(backend.acme).insert({1, "n1", false, 0}));
    CHECK(code_of(backend.repository<Note>(backend.acme).erase("n1")) == errc::reference_violation);
  });
}

TEST_CASE("text is kept byte for byte") {
  for_each_backend([](const Backend& backend) {
    const auto notes = backend.repository<Note>(backend.acme);
    const std::string with_nul{"a\0b", 3};
    if (backend.is_postgres()) {
      // PostgreSQL has no place for a NUL in a text, and says so instead of cutting there.
      CHECK(code_of(notes.insert({.title = with_nul})) == errc::invalid_value);
      CHECK(code_of(notes.insert({.title = "\xFF"})) == errc::invalid_value);
      CHECK(must(notes.count()) == 0);
    } else {
      must(notes.insert({.id = with_nul, .title = with_nul}));
      CHECK(must(notes.require(with_nul)).title == with_nul);
    }
    const std::vector<std::string> texts{"",
                                         "'; DROP TABLE notes; --",
                                         "\"%_?1:x@y$z",
                                         "naïve 日本",
                                         "\xF0\x9F\xA6\x86",
                                         std::string(1'000'000, 'x'),
                                         "line\nbreak\ttab"};
    for (const auto& text : texts) {
      // What is in an index may be shorter there.
      const auto title = backend.is_postgres() ? text.substr(0, 1000) : text;
      const auto stored = must(notes.insert({.title = title, .link = text}));
      const auto read = must(notes.require(stored.id));
      CHECK(read.title == title);
      CHECK(read.link == text);
      // As a key, too.
      must(notes.insert({.id = title + "#", .title = title + "#"}));
      CHECK(must(notes.require(title + "#")).title == title + "#");
    }
  });
}

TEST_CASE("pages tell the totals and stop at the end") {
  for_each_backend([](const Backend& backend) {
    const auto notes = backend.repository<Note>(backend.acme);
    const auto others = backend.repository<Note>(backend.globex);
    for (int i = 0; i < 7; ++i) {
      const std::string id = "n" + std::to_string(i);
      must(notes.insert({.id = id, .title = id}));
      must(others.insert({.id = id + "x", .title = id}));
    }
    const auto first = must(notes.list({.limit = 3, .number = 1}));
    CHECK(ids_of(first) == std::vector<std::string>{"n6", "n5", "n4"});
    CHECK(first.numbers->total == 7);
    CHECK(first.numbers->total_pages == 3);
    CHECK(first.has_next);
    CHECK_FALSE(first.has_previous);
    const auto last = must(notes.list({.limit = 3, .number = 3}));
    CHECK(ids_of(last) == std::vector<std::string>{"n0"});
    CHECK_FALSE(last.has_next);
    CHECK(last.has_previous);
    CHECK(must(notes.list({.limit = 3, .number = 4})).items.empty());
    CHECK(ids_of(must(notes.list({.limit = 2, .order = Order::oldest_first}))) ==
          std::vector<std::string>{"n0", "n1"});
    CHECK_FALSE(must(notes.list({.limit = 7})).has_next);

    for (const PageRequest& wrong :
         {PageRequest{.limit = 0}, PageRequest{.limit = -1}, PageRequest{.limit = 501},
          PageRequest{.number = 0}, PageRequest{.number = std::numeric_limits<std::int64_t>::max()},
          PageRequest{.number = 1, .cursor = "x"}}) {
      CHECK(code_of(notes.list(wrong)) == errc::invalid_argument);
    }
  });
}

TEST_CASE("cursors go on behind the last row whatever is inserted and erased meanwhile") {
  for_each_backend([](const Backend& backend) {
    const auto notes = backend.repository<Note>(backend.acme);
    for (const char* id : {"b", "d", "f", "h"}) {
      must(notes.insert({.id = id, .title = id}));
    }
    const auto first = must(notes.list({.limit = 2, .order = Order::oldest_first}));
    CHECK(ids_of(first) == std::vector<std::string>{"b", "d"});
    must(notes.erase("d"));
    must(notes.insert({.id = "a", .title = "a"}));
    must(notes.insert({.id = "e", .title = "e"}));
    const auto second =
        must(notes.list({.limit = 2, .cursor = first.next_cursor, .order = Order::oldest_first}));
    CHECK(ids_of(second) == std::vector<std::string>{"e", "f"});
    CHECK(second.has_previous);
    CHECK_FALSE(second.numbers.has_value());
    const auto third =
        must(notes.list({.limit = 2, .cursor = second.next_cursor, .order = Order::oldest_first}));
    CHECK(ids_of(third) == std::vector<std::string>{"h"});
    CHECK_FALSE(third.has_next);
  });
}

TEST_CASE("a cursor is worth nothing to another tenant, table or order, or when changed") {
  for_each_backend([](const Backend& backend) {
    const auto notes = backend.repository<Note>(backend.acme);
    const auto others = backend.repository<Note>(backend.globex);
    for (const char* id : {"1", "2", "3"}) {
      must(notes.insert({.id = id, .title = id}));
      must(others.insert({.id = id, .title = id}));
    }
    const auto cursor = must(notes.list({.limit = 1})).next_cursor;
    must(notes.list({.limit = 1, .cursor = cursor}));
    CHECK(code_of(others.list({.cursor = cursor})) == errc::invalid_cursor);
    CHECK(code_of(notes.list({.cursor = cursor, .order = Order::oldest_first})) ==
          errc::invalid_cursor);
    CHECK(code_of(backend.repository<Task>(backend.acme).list({.cursor = cursor})) ==
          errc::invalid_cursor);
    for (std::size_t i = 0; i < cursor->size(); ++i) {
      std::string changed = *cursor;
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      CHECK(code_of(notes.list({.cursor = changed})) == errc::invalid_cursor);
    }
    for (const std::string& wrong : {std::string{}, *cursor + "A", std::string(10'000, 'A'),
                                     std::string{"=="}, std::string{"\0", 1}}) {
      CHECK(code_of(notes.list({.cursor = wrong})) == errc::invalid_cursor);
    }
  });
}
