#include "ctl/store_access.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "tenancy/migrate/migration_folder.hpp"

#include "ctl/secret_file.hpp"
#include "service/schema.hpp"
#include "service/store_kinds.hpp"

namespace tenantctl {
namespace {

using std::chrono::milliseconds;
using tenancy::errc;
using tenancy::Error;

constexpr std::string_view file_scheme = "sqlite:";
constexpr std::string_view silo_scheme = "sqlite-silo:";
constexpr std::string_view memory_url = "sqlite::memory:";

// What the library allows for `StoreOptions::max_wait`.
constexpr milliseconds shortest_wait{1};
constexpr milliseconds longest_wait{3'600'000};

bool exists(const std::filesystem::path& file) {
  std::error_code status;
  return std::filesystem::exists(file, status);
}

Outcome<void> check_named(const Options& options) {
  if (options.store.empty()) {
    return Failure::misused("No store is named.",
                            "Give --store sqlite:FILE, sqlite-silo:DIR or postgresql://..., or "
                            "--server URL for what works over HTTP, or set TENANTCTL_STORE or "
                            "TENANTCTL_SERVER.");
  }
  if (options.store == memory_url) {
    return Failure::misused("A store in memory is gone when this command ends.",
                            "Give --store sqlite:FILE.");
  }
  return success();
}

/// Whether the store is there, as far as its name tells; what is no name is the library's to
/// refuse.
bool is_there(const Options& options) {
  const std::string_view url = options.store;
  for (const std::string_view scheme : {file_scheme, silo_scheme}) {
    if (url.starts_with(scheme) && url != scheme) {
      return exists(url.substr(scheme.size()));
    }
  }
  return true;
}

}  // namespace

Outcome<tenancy::OpenOptions> open_options(const Options& options, std::optional<milliseconds> time,
                                           const tenancy::CallOptions& call) {
  BOOST_OUTCOME_TRY(check_named(options));
  tenancy::OpenOptions opening;
  opening.call = call;
  opening.kinds = tenantd::store_kinds(2);
  if (options.migrations.empty()) {
    BOOST_OUTCOME_TRY(opening.migrations, tenantd::migrations());
    opening.mappings = tenantd::mappings();
  } else {
    BOOST_OUTCOME_TRY(opening.migrations, tenancy::load_migrations(options.migrations));
  }
  opening.store.readers = 1;
  opening.store.max_wait = std::clamp(time.value_or(longest_wait), shortest_wait, longest_wait);
  // Nothing is asked twice.
  opening.registry.cache_bytes = 0;
  return opening;
}

Outcome<std::optional<tenancy::KeyRing>> load_keys(const Options& options, Keys which) {
  std::optional<tenancy::KeyRing> keys;
  if (!options.keys.empty()) {
    // The library makes a file of keys that is missing; those would fit none but a new store.
    if (which == Keys::of_the_store && !exists(options.keys)) {
      return Failure{Error{errc::key_ring_unavailable, "there is no file " + options.keys}};
    }
    BOOST_OUTCOME_TRY(keys, tenancy::KeyRing::open(options.keys));
  }
  return keys;
}

Outcome<std::string> load_store_url(const Options& options, const Interruption& interruption) {
  if (options.password_file.empty()) {
    return options.store;
  }
  if (!tenantd::is_on_postgres(options.store)) {
    return Failure::misused("--password-file is for a store on PostgreSQL.");
  }
  BOOST_OUTCOME_TRY(const auto password, read_password(options.password_file, interruption));
  return tenantd::with_password(options.store, password);
}

Outcome<void> check_there(const Options& options) {
  BOOST_OUTCOME_TRY(check_named(options));
  if (!is_there(options)) {
    return Failure{Error{errc::cannot_open, "there is no store at " + options.store}};
  }
  return success();
}

Outcome<tenancy::Authority> open_as_it_is(const Options& options, const std::string& url,
                                          std::optional<milliseconds> time,
                                          const tenancy::CallOptions& call) {
  BOOST_OUTCOME_TRY(check_there(options));
  if (options.keys.empty() && tenantd::is_on_postgres(options.store)) {
    return Failure{
        Error{errc::key_ring_unavailable, "the keys of a store on PostgreSQL lie elsewhere"}}
        .with_hint("Give --keys FILE, or set TENANTCTL_KEYS.");
  }
  BOOST_OUTCOME_TRY(auto opening, open_options(options, time, call));
  BOOST_OUTCOME_TRY(opening.keys, load_keys(options, Keys::of_the_store));
  opening.schema = tenancy::SchemaMode::verify;
  BOOST_OUTCOME_TRY(auto authority, tenancy::open(url, std::move(opening)));
  return authority;
}

}  // namespace tenantctl
