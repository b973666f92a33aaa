#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <sqlite3.h>

#include "tenancy/data/scoped_sql.hpp"
#include "tenancy/testing/temporary_store.hpp"

#include "support/canary_tables.hpp"

namespace {

using tenancy::errc;
using tenancy::ScopedSql;
using tenancy::SqlValue;
using tenancy::TenantContext;
using tenancy::testing::TemporaryStore;

constexpr std::string_view known = "SELECT id, title, worth FROM notes ORDER BY id";

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

std::string flat(const tenancy::SqlTable& table) {
  std::string text;
  for (const std::string& column : table.columns) {
    text += column + '|';
  }
  for (const auto& row : table.rows) {
    for (const SqlValue& value : row) {
      if (const auto number = value.int64()) {
        text += std::to_string(*number);
      } else if (const auto bytes = value.blob()) {
        text.append(reinterpret_cast<const char*>(bytes->data()), bytes->size());
      } else if (const auto held = value.text()) {
        text += *held;
      }
      text += '|';
    }
  }
  return text;
}

/// Two tenants behind one connection, for as long as the process.
class World {
 public:
  World()
      : store_{{.migrations = tenancy_test::canary_schema(),
                .schema_policy = {.shared_tables = {"plans"}},
                .store = {.scoped_sql = {.connections = 1, .per_tenant = 1}}}},
        acme_{store_.context("acme")},
        other_{store_.context("globex")} {
    run(tenancy_test::canary_rows(acme_.tenant().value(), "acme", false));
    run(tenancy_test::canary_rows(other_.tenant().value(), "globex", true));
    run(tenancy_test::shared_rows());
    run(tenancy_test::open_vault());
    canaries_ = tenancy_test::canaries(other_.tenant().value(), "globex");
    canaries_.emplace_back(store_.file().filename().string());
    own_ = ask(acme_, known);
    others_ = ask(other_, known);
  }

  /// The text as a query of one tenant shows nothing of the other, and leaves nothing behind.
  void check(std::string_view text) const {
    const auto seen = shown(text);
    for (const std::string& canary : canaries_) {
      // Which the query itself wrote down tells nothing.
      require(seen.find(canary) == std::string::npos || text.find(canary) != std::string::npos);
    }
    require(!holds_secret_name(seen) || holds_secret_name(text));
    require(ask(acme_, known) == own_);
    require(ask(other_, known) == others_);
  }

 private:
  void run(const std::string& sql) const {
    sqlite3* connection = nullptr;
    require(sqlite3_open(store_.file().c_str(), &connection) == SQLITE_OK);
    require(sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(connection);
  }

  std::string ask(const TenantContext& context, std::string_view text) const {
    return flat(ScopedSql{store_.store(), context}.query(text).value());
  }

  std::string shown(std::string_view text) const {
    const tenancy::SqlLimits limits{
        .time = std::chrono::milliseconds{50}, .rows = 1'000, .bytes = 100'000};
    const auto result = ScopedSql{store_.store(), acme_, limits}.query(text);
    if (result) {
      return flat(result.value());
    }
    const auto code = result.error().code();
    require(code == errc::invalid_query || code == errc::query_refused ||
            code == errc::query_limit_exceeded || code == errc::invalid_argument);
    return result.error().to_string();
  }

  /// An s and 26 letters and digits, as the attached file is called.
  static bool holds_secret_name(std::string_view text) {
    constexpr std::size_t size = 26;
    std::size_t run = 0;
    bool begins = false;
    for (std::size_t i = 0; i <= text.size(); ++i) {
      const char letter = i < text.size() ? text[i] : ' ';
      const bool is_part = (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z');
      if (!is_part) {
        if (begins && run == size + 1) {
          return true;
        }
        run = 0;
        continue;
      }
      begins = run == 0 ? letter == 's' : begins;
      ++run;
    }
    return false;
  }

  TemporaryStore store_;
  TenantContext acme_;
  TenantContext other_;
  std::vector<std::string> canaries_;
  std::string own_;
  std::string others_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const World world;
  world.check({reinterpret_cast<const char*>(data), size});
  return 0;
}
