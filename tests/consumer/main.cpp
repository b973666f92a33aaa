// A program of somebody else: it keeps notes of two customers, and must never mix them up. It exits
// with the number of what went wrong.

#include <atomic>
#include <iostream>
#include <memory>
#include <string>

#include <tenancy/tenancy.hpp>

namespace {

struct Note {
  std::string id = {};
  std::string text = {};

  static constexpr auto tenancy_mapping() {
    namespace m = tenancy::mapping;
    return m::entity("notes", m::generated_key("id", &Note::id), m::column("text", &Note::text));
  }
};

const char* const notes_table = R"(CREATE TABLE notes (
  tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants,
  id TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id)) STRICT, WITHOUT ROWID)";

/// Called by the library through an interface of its own.
class Reports final : public tenancy::StoreObserver {
 public:
  void on_transaction(const tenancy::TransactionReport& /*report*/) noexcept override { ++count_; }
  [[nodiscard]] int count() const noexcept { return count_; }

 private:
  std::atomic<int> count_{0};
};

tenancy::Result<int> run() {
  const auto reports = std::make_shared<Reports>();
  const auto clock = std::make_shared<tenancy::ManualClock>(tenancy::SystemClock{}.now());
  tenancy::OpenOptions options;
  options.migrations = {tenancy::Migration{1, "notes", notes_table}};
  options.store.observer = reports;
  options.store.clock = clock;
  BOOST_OUTCOME_TRY(const auto authority, tenancy::open("sqlite::memory:", options));

  const auto registry = authority.registry();
  BOOST_OUTCOME_TRY(const auto acme, registry.create({"acme", "Acme Corporation"}));
  BOOST_OUTCOME_TRY(const auto globex, registry.create({"globex", "Globex Corporation"}));
  BOOST_OUTCOME_TRY(const auto in_acme, authority.enter(acme.id));
  BOOST_OUTCOME_TRY(const auto in_globex, authority.enter(globex.id));

  const tenancy::Repository<Note> acmes{authority.store(), in_acme};
  const tenancy::Repository<Note> globexes{authority.store(), in_globex};
  BOOST_OUTCOME_TRY(const auto note, acmes.insert({.text = "Only Acme ever reads this."}));

  BOOST_OUTCOME_TRY(const auto found, acmes.require(note.id));
  if (found.text != "Only Acme ever reads this.") {
    return 2;
  }
  BOOST_OUTCOME_TRY(const auto page, acmes.list(tenancy::field<&Note::text>.contains("Acme")));
  if (page.items.size() != 1) {
    return 3;
  }
  const auto of_another = globexes.require(note.id);
  if (of_another || of_another.error() != tenancy::errc::not_found) {
    return 4;
  }
  BOOST_OUTCOME_TRY(const auto count, globexes.count());
  if (count != 0) {
    return 5;
  }
  BOOST_OUTCOME_TRY(registry.suspend(acme.id));
  if (const auto refused = acmes.require(note.id); refused) {
    return 6;
  }
  return reports->count() > 0 ? 0 : 7;
}

}  // namespace

int main() {
  const auto result = run();
  if (!result) {
    std::cerr << result.error() << '\n';
    return 1;
  }
  std::cout << "consumer: " << result.value() << '\n';
  return result.value();
}
