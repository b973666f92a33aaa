#include "tenancy/data/scoped_sql.hpp"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include "command_line.hpp"
#include "lazy.hpp"
#include "must.hpp"
#include "raw_statement.hpp"
#include "scoped_sql/data_set.hpp"
#include "scoped_sql/queries.hpp"
#include "side_by_side.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace tenancy_bench;

/// What is done with each value on either side.
class Sum {
 public:
  void add(std::int64_t number) noexcept {
    value_ = value_ * 31 + static_cast<std::uint64_t>(number);
  }
  void add(std::string_view text) noexcept {
    value_ =
        value_ * 31 + text.size() + (text.empty() ? 0U : static_cast<unsigned char>(text.back()));
  }
  [[nodiscard]] std::uint64_t value() const noexcept { return value_; }

 private:
  std::uint64_t value_ = 0;
};

/// By hand on SQLite's C API: a single statement is its own transaction.
class RawSide {
 public:
  explicit RawSide(const ScopedDataSet& data) : data_{data} {
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(data.file().c_str(), &raw,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    connection_.reset(raw);
    if (code != SQLITE_OK ||
        sqlite3_exec(raw, "PRAGMA cache_size = -8192", nullptr, nullptr, nullptr) != SQLITE_OK) {
      std::cerr << "sqlite3: " << sqlite3_errmsg(raw) << '\n';
      std::exit(EXIT_FAILURE);
    }
  }

  std::uint64_t run(const ScopedCase& query, std::size_t times, bool prepares) {
    Sum sum;
    RawStatement statement;
    for (std::size_t i = 0; i < times; ++i) {
      if (prepares || statement == nullptr) {
        const auto text = prepares ? fresh(query.by_hand, count_++) : std::string{query.by_hand};
        sqlite3_stmt* made = nullptr;
        sqlite3_prepare_v3(connection_.get(), text.data(), static_cast<int>(text.size()),
                           SQLITE_PREPARE_PERSISTENT, &made, nullptr);
        statement.reset(made);
      }
      const auto key = key_of(query, i);
      RawUse use{statement.get()};
      use.bind_text(1, key);
      use.bind_number(2, data_.tenants()[i % data_.tenants().size()].tenant().value());
      const int columns = sqlite3_column_count(statement.get());
      while (use.step()) {
        for (int column = 0; column < columns; ++column) {
          if (sqlite3_column_type(statement.get(), column) == SQLITE_INTEGER) {
            sum.add(use.number(column));
          } else {
            sum.add(use.view(column));
          }
        }
      }
    }
    return sum.value();
  }

 private:
  struct Close {
    void operator()(sqlite3* connection) const noexcept { sqlite3_close_v2(connection); }
  };

  const ScopedDataSet& data_;
  std::unique_ptr<sqlite3, Close> connection_;
  std::size_t count_ = 0;
};

class LibrarySide {
 public:
  explicit LibrarySide(const ScopedDataSet& data) {
    for (const auto& tenant : data.tenants()) {
      // Counting instructions slows everything down fifty times.
      tenants_.emplace_back(data.store(), tenant,
                            tenancy::SqlLimits{.time = std::chrono::minutes{10}});
    }
  }

  std::uint64_t run(const ScopedCase& query, std::size_t times, bool prepares) {
    Sum sum;
    for (std::size_t i = 0; i < times; ++i) {
      const auto text = prepares ? fresh(query.scoped, count_++) : std::string{query.scoped};
      check(tenants_[i % tenants_.size()].for_each(
          text, {key_of(query, i)}, [&](const tenancy::SqlRow& row) -> tenancy::Result<void> {
            for (std::size_t column = 0; column < row.size(); ++column) {
              if (const auto number = row.int64(column)) {
                sum.add(*number);
              } else {
                sum.add(row.text(column).value_or(""));
              }
            }
            return tenancy::success();
          }));
    }
    return sum.value();
  }

 private:
  std::vector<tenancy::ScopedSql> tenants_;
  std::size_t count_ = 0;
};

}  // namespace

/// What it costs that a query is a tenant's own: the same by hand over the base tables.
int main(int argc, char** argv) {
  auto line = parse_command_line(argc, argv);
  if (!line) {
    return EXIT_FAILURE;
  }
  sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
  std::optional<TemporaryFolder> folder;
  if (line->store.empty()) {
    folder.emplace();
    line->store = folder->path() / "scoped_sql.db";
  }
  const ScopedDataSet data{line->store};
  Lazy<RawSide> raw{[&] { return RawSide{data}; }};
  Lazy<LibrarySide> library{[&] { return LibrarySide{data}; }};

  std::vector<Comparison> cases;
  for (const bool prepares : {false, true}) {
    for (const ScopedCase& query : scoped_cases) {
      if (line->run.empty() &&
          raw.get().run(query, 200, prepares) != library.get().run(query, 200, prepares)) {
        std::cerr << query.name << ": both sides do not read the same.\n";
        return EXIT_FAILURE;
      }
      cases.push_back(
          {std::string{query.name} + (prepares ? "_prepared" : "_cached"),
           [&, prepares](std::size_t times) { raw.get().run(query, times, prepares); },
           [&, prepares](std::size_t times) { library.get().run(query, times, prepares); }, 100,
           Goal{Goal::Bound::at_most, prepares ? 1.8 : 1.10}});
    }
  }
  return compare(cases, "raw sqlite3 C API with the tenant in the text", *line);
}
