#include "conformance/places.hpp"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "tenancy/storage/postgres/set_up.hpp"
#include "tenancy/storage/postgres/store_kind.hpp"

#include "support/postgres_cluster.hpp"
#include "support/postgres_place.hpp"
#include "support/temporary_folder.hpp"

namespace tenancy_test {
namespace {

using tenancy::errc;
using tenancy::Error;
using tenancy::OpenOptions;
using tenancy::Result;
using tenancy::conformance::Place;
using tenancy::conformance::Subject;

/// Where files are in memory, if there is such a place: the kit looks at stores and not at disks.
std::filesystem::path memory_folder() {
  std::error_code ignored;
  const std::filesystem::path memory{"/dev/shm"};
  return std::filesystem::is_directory(memory, ignored) ? memory
                                                        : std::filesystem::temp_directory_path();
}

/// A file or a folder in a private folder.
class FilePlace final : public Place {
 public:
  FilePlace(std::string scheme, std::string name, std::vector<tenancy::StoreKind> kinds = {},
            std::function<void()> cut = nullptr)
      : scheme_{std::move(scheme)},
        name_{std::move(name)},
        kinds_{std::move(kinds)},
        cut_{std::move(cut)} {}

  [[nodiscard]] std::string url() const override { return url_in(folder_.path() / "live"); }
  [[nodiscard]] OpenOptions options() const override {
    std::error_code ignored;
    std::filesystem::create_directory(folder_ / "live", ignored);
    OpenOptions options;
    options.kinds = kinds_;
    // That the process has one SQLite is looked at elsewhere, and takes longest of all.
    options.store.second_engine = tenancy::SecondEngine::allow;
    return options;
  }

  Result<void> cut() override {
    if (cut_ == nullptr) {
      return Place::cut();
    }
    cut_();
    return tenancy::success();
  }

  /// What a process that dies leaves is what lies in its files. They are copied by another one,
  /// which has no locks on them to lose.
  Result<std::string> crash() override {
    const auto left = folder_ / "left";
    const auto copy = "cp -a '" + (folder_ / "live").string() + "' '" + left.string() + "'";
    if (std::system(copy.c_str()) != 0) {  // NOLINT(concurrency-mt-unsafe)
      return Error{errc::io_error, "the files cannot be copied"};
    }
    return url_in(left);
  }

 private:
  [[nodiscard]] std::string url_in(const std::filesystem::path& folder) const {
    return scheme_ + (folder / name_).string();
  }

  TemporaryFolder folder_{memory_folder()};
  const std::string scheme_;
  const std::string name_;
  const std::vector<tenancy::StoreKind> kinds_;
  const std::function<void()> cut_;
};

/// A database on the shared private server.
class DatabasePlace final : public Place {
 public:
  [[nodiscard]] std::string url() const override { return database_.application_url(); }
  [[nodiscard]] OpenOptions options() const override {
    return {.keys = keys_,
            .kinds = {tenancy::postgres::store_kind(
                {.queries_url = PostgresCluster::shared().url("tenancy_query", name())})},
            .owner_url = PostgresCluster::shared().url("tenancy_owner", name())};
  }
  Result<void> cut() override {
    RawSession{PostgresCluster::shared().admin_url()}.run(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '" +
        database_.name() + "'");
    return tenancy::success();
  }

  /// To a server a process that dies is connections that end. What it leaves is what a copy of the
  /// database has.
  Result<std::string> crash() override {
    BOOST_OUTCOME_TRY(cut());
    copy_ = database_.name() + "_left";
    RawSession{PostgresCluster::shared().admin_url()}.run("CREATE DATABASE " + copy_ +
                                                          " TEMPLATE " + database_.name());
    // Rights on a database and settings of roles in it are not copied.
    BOOST_OUTCOME_TRY(
        tenancy::postgres::set_up(PostgresCluster::shared().admin_url(), {.database = copy_}));
    return PostgresCluster::shared().url("tenancy_app", copy_);
  }

  DatabasePlace() = default;
  DatabasePlace(const DatabasePlace&) = delete;
  DatabasePlace& operator=(const DatabasePlace&) = delete;
  ~DatabasePlace() override {
    if (!copy_.empty()) {
      RawSession{PostgresCluster::shared().admin_url()}.run("DROP DATABASE " + copy_ +
                                                            " WITH (FORCE)");
    }
  }

 private:
  [[nodiscard]] const std::string& name() const { return copy_.empty() ? database_.name() : copy_; }

  PostgresDatabase database_;
  std::string copy_;
  const tenancy::KeyRing keys_ = tenancy::KeyRing::ephemeral();
};

}  // namespace

Subject sqlite_subject() {
  return {.name = "sqlite",
          .make_place = [] { return std::make_unique<FilePlace>("sqlite:", "store.db"); }};
}

Subject silo_subject() {
  return {.name = "sqlite-silo",
          .make_place = [] { return std::make_unique<FilePlace>("sqlite-silo:", "silo"); }};
}

Subject postgres_subject() {
  return {.name = "postgresql",
          .make_place = [] { return std::make_unique<DatabasePlace>(); },
          .exemptions = {{"order.async",
                          "asynchronous writes of a tenant run on several connections at once"}}};
}

Subject subject_before_sqlite(const std::string& scheme, const tenancy::StoreKind& kind,
                              const std::function<void()>& cut) {
  return {.name = scheme, .make_place = [scheme, kind, cut] {
            return std::make_unique<FilePlace>(scheme + ":sqlite:", "store.db", std::vector{kind},
                                               cut);
          }};
}

}  // namespace tenancy_test
