#include "crash/pairs.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/must.hpp"
#include "support/test_store.hpp"

namespace tenancy_test {
namespace {

using tenancy::Condition;
using tenancy::errc;
using tenancy::Error;
using tenancy::Result;

constexpr std::array<std::string_view, tenant_count> slugs{"acme", "globex"};

std::string id_of(std::string_view key, char half) { return std::string{key} + '-' + half; }

std::string name_of(const PairName& pair) {
  return std::string{slugs.at(pair.tenant)} + "'s pair " + pair.key;
}

Result<void> put_note(const tenancy::Repository<Note>& notes, Note note) {
  BOOST_OUTCOME_TRY(const auto found, notes.find(note.id));
  if (note.stars == 0) {
    return found ? notes.erase(note.id) : tenancy::success();
  }
  if (found) {
    BOOST_OUTCOME_TRY(notes.update(std::move(note)));
  } else {
    BOOST_OUTCOME_TRY(notes.insert(std::move(note)));
  }
  return tenancy::success();
}

}  // namespace

void Findings::add(std::string finding) {
  const std::scoped_lock lock{mutex_};
  findings_.push_back(std::move(finding));
}

std::vector<std::string> Findings::all() const {
  const std::scoped_lock lock{mutex_};
  return findings_;
}

std::string Findings::text() const {
  std::string text;
  for (const auto& finding : all()) {
    text += finding;
    text += '\n';
  }
  return text;
}

void Ledger::answered(const PairName& pair, Version version, const Result<void>& answer) {
  const std::scoped_lock lock{mutex_};
  auto& allowed = allowed_.try_emplace(pair, std::set<Version>{0}).first->second;
  if (answer) {
    allowed = {version};
  } else if (answer.error() == Condition::unknown_outcome) {
    allowed.insert(version);
  }
}

bool Ledger::allows(const PairName& pair, Version version) const {
  const std::scoped_lock lock{mutex_};
  const auto found = allowed_.find(pair);
  return found == allowed_.end() ? version == 0 : found->second.contains(version);
}

std::map<PairName, std::set<Version>> Ledger::pairs() const {
  const std::scoped_lock lock{mutex_};
  return allowed_;
}

Template::Template(std::filesystem::path folder)
    : folder_{std::move(folder)}, keys_{tenancy::KeyRing::ephemeral()} {
  tenants_ = create_tenants(must(open_with(keys_, folder_)));
}

void Template::copy_to(const std::filesystem::path& folder) const {
  std::filesystem::copy_file(file_in(folder_), file_in(folder));
}

Result<OpenStore> Template::open(const std::filesystem::path& folder,
                                 tenancy::StoreOptions store) const {
  BOOST_OUTCOME_TRY(auto authority, open_with(keys_, folder, std::move(store)));
  return enter_all(std::move(authority), tenants_);
}

Result<tenancy::Authority> open_with(const tenancy::KeyRing& keys,
                                     const std::filesystem::path& folder,
                                     tenancy::StoreOptions store) {
  return tenancy::open("sqlite:" + file_in(folder).string(),
                       {.migrations = test_schema(), .keys = keys, .store = std::move(store)});
}

Result<tenancy::Authority> open_new(const std::filesystem::path& file) {
  return tenancy::open("sqlite:" + file.string(), {.migrations = test_schema()});
}

Result<OpenStore> open_existing(const std::filesystem::path& file) {
  BOOST_OUTCOME_TRY(auto authority, open_new(file));
  std::vector<tenancy::TenantId> tenants;
  tenants.reserve(slugs.size());
  for (const auto slug : slugs) {
    BOOST_OUTCOME_TRY(const auto parsed, tenancy::Slug::parse(slug));
    BOOST_OUTCOME_TRY(const auto tenant, authority.registry().find(parsed));
    tenants.push_back(tenant.id);
  }
  return enter_all(std::move(authority), tenants);
}

std::vector<tenancy::TenantId> create_tenants(const tenancy::Authority& authority) {
  std::vector<tenancy::TenantId> tenants;
  tenants.reserve(slugs.size());
  for (const auto slug : slugs) {
    tenants.push_back(must(authority.registry().create({std::string{slug}, std::string{slug}})).id);
  }
  return tenants;
}

Result<OpenStore> enter_all(tenancy::Authority authority,
                            const std::vector<tenancy::TenantId>& tenants) {
  std::vector<tenancy::TenantContext> contexts;
  for (const auto tenant : tenants) {
    BOOST_OUTCOME_TRY(auto context, authority.enter(tenant));
    contexts.push_back(std::move(context));
  }
  const auto store = authority.store();
  return OpenStore{std::move(authority), store, std::move(contexts)};
}

std::string title_of(const tenancy::TenantContext& context, std::string_view id) {
  return context.tenant().to_string() + ' ' + std::string{id};
}

Result<void> put_pair(const tenancy::Store& store, const tenancy::TenantContext& context,
                      std::string_view key, Version version, std::size_t padding) {
  return store.write(context, [&](tenancy::WriteTransaction& transaction) -> Result<void> {
    const tenancy::Repository<Note> notes{transaction};
    for (const char half : {'a', 'b'}) {
      BOOST_OUTCOME_TRY(put_note(
          notes,
          Note{.id = id_of(key, half),
               .title = title_of(context, id_of(key, half)),
               .stars = version,
               .link = padding == 0 ? std::nullopt : std::optional{std::string(padding, half)}}));
    }
    return tenancy::success();
  });
}

Result<Version> read_pair(const tenancy::Store& store, const tenancy::TenantContext& context,
                          const PairName& pair, Findings& findings) {
  return store.read(context, [&](tenancy::ReadTransaction& transaction) -> Result<Version> {
    const tenancy::ReadRepository<Note> notes{transaction};
    std::array<Version, 2> versions{};
    for (const std::size_t half : {0U, 1U}) {
      const auto id = id_of(pair.key, half == 0 ? 'a' : 'b');
      BOOST_OUTCOME_TRY(const auto note, notes.find(id));
      if (!note) {
        continue;
      }
      versions.at(half) = static_cast<Version>(note->stars);
      if (note->title != title_of(context, id)) {
        findings.add(name_of(pair) + " holds a row of another");
      }
    }
    if (versions[0] != versions[1]) {
      findings.add(name_of(pair) + " is half there: versions " + std::to_string(versions[0]) +
                   " and " + std::to_string(versions[1]));
    }
    return versions[0];
  });
}

void check_against(const Ledger& ledger, const OpenStore& open, Findings& findings) {
  std::array<std::int64_t, tenant_count> present{};
  for (const auto& [pair, allowed] : ledger.pairs()) {
    const auto version = read_pair(open.store, open.contexts.at(pair.tenant), pair, findings);
    if (!version) {
      findings.add(name_of(pair) + " cannot be read: " + version.error().to_string());
      continue;
    }
    present.at(pair.tenant) += version.value() == 0 ? 0 : 2;
    if (allowed.contains(version.value())) {
      continue;
    }
    std::string finding = name_of(pair) + " has version " + std::to_string(version.value()) +
                          ", and what was answered allows only";
    for (const Version one : allowed) {
      finding += ' ' + std::to_string(one);
    }
    findings.add(std::move(finding));
  }
  for (std::size_t tenant = 0; tenant < tenant_count; ++tenant) {
    const auto count = tenancy::ReadRepository<Note>{open.store, open.contexts.at(tenant)}.count();
    if (!count) {
      findings.add("rows cannot be counted: " + count.error().to_string());
    } else if (count.value() != present.at(tenant)) {
      findings.add(std::string{slugs.at(tenant)} + " has " + std::to_string(count.value()) +
                   " rows and not the " + std::to_string(present.at(tenant)) + " of its pairs");
    }
  }
}

void check_integrity(const std::filesystem::path& file, Findings& findings) {
  try {
    const SQLite::Database database{file.string(), SQLite::OPEN_READWRITE, 5000};
    SQLite::Statement check{database, "PRAGMA integrity_check"};
    while (check.executeStep()) {
      if (const std::string line = check.getColumn(0).getString(); line != "ok") {
        findings.add("integrity_check: " + line);
      }
    }
  } catch (const SQLite::Exception& failure) {
    findings.add(std::string{"integrity_check failed: "} + failure.what());
  }
}

void check_answer(const Error& error, bool reads_may_lie, std::string_view of, Findings& findings) {
  const bool damaged = error == errc::corrupt_store || error == errc::schema_mismatch;
  const bool fitting = damaged ? reads_may_lie
                               : error == Condition::unavailable ||
                                     error == Condition::unknown_outcome ||
                                     error == errc::cannot_open || error == errc::migration_failed;
  if (!fitting) {
    findings.add("a strange answer to " + std::string{of} + ": " + error.to_string());
  }
}

}  // namespace tenancy_test
