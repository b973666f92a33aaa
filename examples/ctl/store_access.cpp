#include "ctl/store_access.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "tenancy/migrate/migration_folder.hpp"

#include "service/schema.hpp"

namespace tenantctl {
namespace {

using std::chrono::milliseconds;
using tenancy::errc;
using tenancy::Error;

constexpr std::string_view file_scheme = "sqlite:";
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
                            "Give --store sqlite:FILE, or --server URL for what works over HTTP, "
                            "or set TENANTCTL_STORE or TENANTCTL_SERVER.");
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
  return !url.starts_with(file_scheme) || url == file_scheme ||
         exists(url.substr(file_scheme.size()));
}

}  // namespace

Outcome<tenancy::OpenOptions> open_options(const Options& options, std::optional<milliseconds> time,
                                           const tenancy::CallOptions& call) {
  BOOST_OUTCOME_TRY(check_named(options));
  tenancy::OpenOptions opening;
  opening.call = call;
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

Outcome<std::optional<tenancy::KeyRing>> load_keys(const Options& options) {
  std::optional<tenancy::KeyRing> keys;
  if (!options.keys.empty()) {
    // The library makes a file of keys that is missing; those would fit none but a new store.
    if (is_there(options) && !exists(options.keys)) {
      return Failure{Error{errc::key_ring_unavailable, "there is no file " + options.keys}};
    }
    BOOST_OUTCOME_TRY(keys, tenancy::KeyRing::open(options.keys));
  }
  return keys;
}

Outcome<void> check_there(const Options& options) {
  BOOST_OUTCOME_TRY(check_named(options));
  if (!is_there(options)) {
    return Failure{Error{errc::cannot_open, "there is no store at " + options.store}};
  }
  return success();
}

Outcome<tenancy::Authority> open_as_it_is(const Options& options, std::optional<milliseconds> time,
                                          const tenancy::CallOptions& call) {
  BOOST_OUTCOME_TRY(check_there(options));
  BOOST_OUTCOME_TRY(auto opening, open_options(options, time, call));
  BOOST_OUTCOME_TRY(opening.keys, load_keys(options));
  opening.schema = tenancy::SchemaMode::verify;
  BOOST_OUTCOME_TRY(auto authority, tenancy::open(options.store, std::move(opening)));
  return authority;
}

}  // namespace tenantctl
