#include "service/start_up.hpp"

#include <cerrno>
#include <filesystem>
#include <memory>
#include <ostream>
#include <system_error>
#include <utility>

#include <sys/stat.h>

#include "tenancy/registry/open.hpp"

#include "service/demo.hpp"
#include "service/log.hpp"
#include "service/schema.hpp"

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

}  // namespace

Result<tenancy::Authority> open_store(const Options& options) {
  if (options.store.empty()) {
    BOOST_OUTCOME_TRY(make_private_directory(options.data));
  }
  tenancy::OpenOptions open_options;
  BOOST_OUTCOME_TRY(open_options.migrations, migrations());
  open_options.mappings = mappings();
  // A request holds at most one connection at a time, so that none waits for a connection.
  open_options.store.readers = options.threads + options.io_threads;
  open_options.store.observer = std::make_shared<AlarmLog>();
  return tenancy::open(options.store_url(), std::move(open_options));
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
  out << "store: " << options.store_url() << "\n\n";
  BOOST_OUTCOME_TRY(const auto keys, authority.count_administrator_keys());
  if (keys == 0) {
    BOOST_OUTCOME_TRY(print_new_administrator_key(authority, "first", out));
  }
  BOOST_OUTCOME_TRY(const auto tenants, authority.registry().list({.limit = 1}));
  if (!tenants.items.empty()) {
    out << "Keys were shown when they were made. One more for an administrator: the same command "
           "with --new-admin-key NAME\n\n";
  } else if (options.with_demo) {
    BOOST_OUTCOME_TRY(create_demo(authority, url_from_here, out));
  }
  return tenancy::success();
}

}  // namespace tenantd
