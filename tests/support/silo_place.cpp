#include "support/silo_place.hpp"

#include <utility>

namespace tenancy_test {
namespace {

class SiloPlace final : public TestPlace {
 public:
  explicit SiloPlace(tenancy::OpenOptions options)
      : clock_{std::make_shared<tenancy::ManualClock>(tenancy::testing::TemporaryStore::start)},
        options_{prepared(std::move(options))},
        authority_{must(tenancy::open(url(), options_))} {}

  tenancy::Authority& authority() noexcept override { return authority_; }
  std::shared_ptr<tenancy::ManualClock> clock() const override { return clock_; }
  std::string url() const override { return "sqlite-silo:" + silo().string(); }
  tenancy::OpenOptions again() const override {
    return {.migrations = options_.migrations,
            .schema_policy = options_.schema_policy,
            .store = {.clock = clock_}};
  }
  std::filesystem::path file() const override { return silo() / "control.db"; }
  std::vector<std::filesystem::path> files() const override {
    auto all = tenants_files(silo());
    all.push_back(file());
    return all;
  }
  void run_raw(const std::string& sql) const override {
    for (const auto& one : files()) {
      SQLite::Database{one.string(), SQLite::OPEN_READWRITE, 5000}.exec(sql);
    }
  }

  RawRows rows_raw(const std::string& sql) const override {
    RawRows rows;
    for (const auto& one : files()) {
      const auto found = rows_of_file(one, sql);
      rows.insert(rows.end(), found.begin(), found.end());
    }
    return rows;
  }

 private:
  [[nodiscard]] std::filesystem::path silo() const { return folder_ / "silo"; }
  [[nodiscard]] tenancy::OpenOptions prepared(tenancy::OpenOptions options) const {
    options.store.clock = clock_;
    // What a test says of connections, it says of tenants'.
    options.store.silo.readers = options.store.readers;
    return options;
  }

  TemporaryFolder folder_;
  std::shared_ptr<tenancy::ManualClock> clock_;
  tenancy::OpenOptions options_;
  tenancy::Authority authority_;
};

}  // namespace

std::unique_ptr<TestPlace> create_silo_place(tenancy::OpenOptions options) {
  return std::make_unique<SiloPlace>(std::move(options));
}

std::vector<std::filesystem::path> tenants_files(const std::filesystem::path& silo) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{silo / "tenants"}) {
    if (entry.path().extension() == ".db") {
      files.push_back(entry.path());
    }
  }
  return files;
}

}  // namespace tenancy_test
