#include "service/start_up.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <memory>
#include <ostream>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tenancy/registry/open.hpp"

#include "service/demo.hpp"
#include "service/log.hpp"
#include "service/private_file.hpp"
#include "service/schema.hpp"
#include "service/store_kinds.hpp"

namespace tenantd {
namespace {

using tenancy::errc;
using tenancy::Error;
using tenancy::Result;

class AlarmLog final : public tenancy::StoreObserver {
 public:
  void on_isolation_alarm(const tenancy::IsolationAlarm& alarm) noexcept override {
    log_alarm("a row of another tenant was held back", alarm.tenant);
  }
};

Result<void> make_private_directory(const std::filesystem::path& directory) {
  std::error_code error;
  if (std::filesystem::is_directory(directory, error)) {
    return tenancy::success();
  }
  if (directory.has_parent_path()) {
    std::filesystem::create_directories(directory.parent_path(), error);
  }
  if (::mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return Error{errc::cannot_open, "cannot create the directory " + directory.string() + ": " +
                                        std::generic_category().message(errno)};
  }
  return tenancy::success();
}

/// Empty where the store has its keys beside it or in it. On PostgreSQL they are in the data
/// directory, unless they are elsewhere.
std::string keys_file(const Options& options) {
  if (!options.keys.empty() || !is_on_postgres(options.store)) {
    return options.keys;
  }
  return options.data + "/tenancy.keys";
}

/// The folder of a store, or that of its keys where it has none here.
std::filesystem::path folder_of(const Options& options) {
  constexpr std::string_view silo = "sqlite-silo:";
  const std::string url = options.store_url();
  if (url.starts_with(silo)) {
    return url.substr(silo.size());
  }
  const std::filesystem::path file =
      is_of_files(url) ? url.substr(url.find(':') + 1) : keys_file(options);
  return std::filesystem::absolute(file).parent_path();
}

/// Lets one process at a time look whether a store is fresh: of two that start at once on the same
/// one, the second finds what the first has made. The folder itself is locked, so that nothing is
/// left in it; where that is not possible, and on different machines, both go on.
class Turn {
 public:
  explicit Turn(const std::filesystem::path& folder) {
    folder_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (folder_ >= 0 && ::flock(folder_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (folder_ >= 0) {
      ::close(folder_);
    }
  }

 private:
  int folder_ = -1;
};

/// With the password that a file holds, if there is one. Throws when it cannot be had.
std::string url_of(const std::string& url, const std::string& password_file) {
  return password_file.empty() ? url : with_password(url, read_password_file(password_file));
}

/// What stands in the way of the service, for its operator.
std::string failures_of(const tenancy::HealthReport& report) {
  std::string failures;
  for (const auto& check : report.checks) {
    if (check.state == tenancy::HealthState::failed) {
      failures.append(failures.empty() ? "" : "; ");
      failures.append(check.name).append(": ").append(check.message);
    }
  }
  return failures;
}

}  // namespace

tenancy::StoreOptions store_options(const Options& options) {
  tenancy::StoreOptions store;
  // A request holds at most one connection at a time, so that none waits for a connection, but
  // where there are more threads than a store can have.
  constexpr std::size_t most_readers = 64;
  store.readers =
      std::min(options.service.workers + Service::quick_threads + options.io_threads, most_readers);
  store.page_cache_bytes = options.page_cache;
  store.silo.max_open_files = options.silo_open_files;
  // No request keeps the log from starting over for much longer than a query may take.
  constexpr std::chrono::milliseconds oldest = std::chrono::hours{24};
  const auto query_time = std::min(options.service.query_time, options.service.request_time);
  store.max_snapshot_age = std::min(query_time + std::chrono::milliseconds{1'000}, oldest);
  return store;
}

Result<tenancy::Authority> open_store(const Options& options) {
  const std::string keys = keys_file(options);
  if (options.store.empty() || (options.keys.empty() && !keys.empty())) {
    BOOST_OUTCOME_TRY(make_private_directory(options.data));
  }
  tenancy::OpenOptions open_options;
  open_options.kinds = store_kinds(store_options(options).readers);
  open_options.owner_url = url_of(options.owner_store, options.owner_store_password_file);
  BOOST_OUTCOME_TRY(open_options.migrations, migrations());
  open_options.mappings = mappings();
  open_options.store = store_options(options);
  open_options.store.observer = std::make_shared<AlarmLog>();
  if (!keys.empty()) {
    BOOST_OUTCOME_TRY(open_options.keys, tenancy::KeyRing::open(keys));
  }
  return tenancy::open(url_of(options.store_url(), options.store_password_file),
                       std::move(open_options));
}

std::shared_ptr<Readiness> watch(const tenancy::Authority& authority) {
  return std::make_shared<Readiness>([&authority, last = std::string{}]() mutable {
    const auto failures =
        failures_of(authority.health({.max_time = std::chrono::milliseconds{2'000}}));
    if (failures != last) {
      log_warning(failures.empty() ? "ready again" : "not ready: " + failures);
      last = failures;
    }
    return failures.empty();
  });
}

Result<void> print_new_administrator_key(const tenancy::Authority& authority,
                                         const std::string& name, std::ostream& out) {
  BOOST_OUTCOME_TRY(const auto issued, authority.issue_administrator_key(name));
  out << "An administrator's key, shown only now:\n  " << issued.text.unsafe_text() << "\n\n";
  out.flush();
  return tenancy::success();
}

Result<void> print_welcome(const tenancy::Authority& authority, const Options& options,
                           const std::string& url_from_here, std::ostream& out) {
  out << "store: " << options.masked_store_url() << "\n\n";
  const Turn turn{folder_of(options)};
  BOOST_OUTCOME_TRY(const auto keys, authority.count_administrator_keys());
  if (keys == 0 && options.first_key) {
    BOOST_OUTCOME_TRY(print_new_administrator_key(authority, "first", out));
  } else if (keys == 0) {
    out << "There is no administrator's key yet: issue one with --new-admin-key NAME\n\n";
  }
  BOOST_OUTCOME_TRY(const auto tenants, authority.registry().list({.limit = 1}));
  if (!tenants.items.empty()) {
    out << "Keys were shown when they were made. One more for an administrator: the same command "
           "with --new-admin-key NAME\n\n";
  } else if (options.demo && options.first_key) {
    BOOST_OUTCOME_TRY(create_demo(authority, url_from_here, out));
  }
  return tenancy::success();
}

}  // namespace tenantd
