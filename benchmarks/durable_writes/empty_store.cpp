#include "durable_writes/empty_store.hpp"

#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

#include "tenancy/registry/open.hpp"

#include "deployment.hpp"
#include "give_up.hpp"
#include "must.hpp"

namespace tenancy_bench {

tenancy::Authority open_store(const std::filesystem::path& file, tenancy::StoreOptions options) {
  return must(tenancy::open(
      "sqlite:" + file.string(),
      {.migrations = {{1, "deployments", create_deployments}}, .store = std::move(options)}));
}

tenancy::Principal benchmark_principal() {
  return must(tenancy::Principal::create(tenancy::PrincipalKind::system, "benchmark"));
}

EmptyStore::EmptyStore(const std::filesystem::path& folder, std::size_t threads)
    : file_{folder / "empty.db"} {
  const auto authority = open_store(file_);
  const auto registry = authority.registry(benchmark_principal());
  for (std::size_t i = 0; i < threads; ++i) {
    const std::string number = std::to_string(i);
    tenants_.push_back(must(registry.create({"tenant-" + number, "Tenant " + number})).id);
  }
  tenants_.push_back(must(registry.create({"second-process", "Second process"})).id);
}

StoreCopy::StoreCopy(const EmptyStore& original)
    : folder_{original.file().parent_path() / "copy"}, file_{folder_ / "store.db"} {
  std::filesystem::create_directory(folder_);
  std::filesystem::copy_file(original.file(), file_);
  // The keys belong to the store and are found by its name.
  std::filesystem::copy_file(original.file().string() + ".keys", file_.string() + ".keys");
  grow_log();
}

void StoreCopy::grow_log() {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(file_.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
  idle_.reset(raw);
  // What a small cache cannot hold goes to the log, and stays there as free space.
  constexpr const char* script =
      "PRAGMA cache_size = 10; BEGIN; CREATE TABLE ballast (bytes);"
      "INSERT INTO ballast VALUES (zeroblob(8000000)); ROLLBACK";
  if (code != SQLITE_OK || sqlite3_exec(raw, script, nullptr, nullptr, nullptr) != SQLITE_OK) {
    give_up(std::string{"sqlite3: "} + sqlite3_errmsg(raw));
  }
  constexpr std::uintmax_t least = 7'000'000;
  if (std::filesystem::file_size(file_.string() + "-wal") < least) {
    give_up("the log of a fresh file did not grow");
  }
}

void StoreCopy::Close::operator()(sqlite3* connection) const noexcept { sqlite3_close(connection); }

StoreCopy::~StoreCopy() {
  idle_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace tenancy_bench
