#include "storage/sqlite/query_program.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <string_view>

namespace tenancy::inline v0::detail::sqlite {
namespace {

/// What SQLite allocates for a table with its first row.
constexpr std::size_t first_row_bytes = std::size_t{96} << 10U;

constexpr std::array<std::string_view, 6> literal_names{"Integer", "Int64", "Real",
                                                        "String8", "Blob",  "Null"};

struct Instruction {
  std::string_view name;  ///< Valid until the next one is read.
  std::int64_t p1 = 0;
  std::int64_t p2 = 0;
  std::int64_t p3 = 0;
};

/// Finds the constants of `x IN (1, 2)`: each is put into a register, which is made a record, which
/// is inserted, by three instructions that follow one another.
class LiteralFinder {
 public:
  /// Whether the next instruction inserts a constant that stands in the text.
  [[nodiscard]] bool is_insert(const Instruction& next) {
    const bool found = next.name == "IdxInsert" && next.p2 == record_;
    const bool makes_record = next.name == "MakeRecord" && next.p1 == literal_ && next.p2 == 1;
    const bool is_literal = std::ranges::find(literal_names, next.name) != literal_names.end();
    record_ = makes_record ? next.p3 : none;
    literal_ = is_literal ? next.p2 : none;
    return found;
  }

 private:
  static constexpr std::int64_t none = -1;

  std::int64_t literal_ = none;  ///< The register that the last instruction has put one into.
  std::int64_t record_ = none;
};

/// Finds Bloom filters of what a query reads. RIGHT and FULL JOIN have one of another kind, of rows
/// that have been matched: what comes into it has just come into a table.
class FilterFinder {
 public:
  void note(const Instruction& next) {
    found_ = found_ || (next.name == "FilterAdd" && next.p3 != inserted_);
    inserted_ = next.name == "IdxInsert" ? next.p3 : none;
  }
  [[nodiscard]] bool found() const noexcept { return found_; }

 private:
  static constexpr std::int64_t none = -1;

  std::int64_t inserted_ = none;  ///< The registers that the last instruction has inserted.
  bool found_ = false;
};

/// The intermediate tables and sorters, by the cursors that have them, one at a time each.
class Intermediates {
 public:
  void note(const Instruction& next) {
    const bool is_literal = literals_.is_insert(next);
    if (next.name == "OpenEphemeral" || next.name == "OpenAutoindex") {
      tables_.insert(next.p1);
    } else if (next.name == "SorterOpen") {
      sorters_.insert(next.p1);
    } else if (is_literal) {
      with_literals_.insert(next.p1);
    } else if (next.name == "OpenDup") {
      // The other cursor may write.
      with_rows_.insert(next.p2);
    } else if (next.name.ends_with("Insert")) {
      with_rows_.insert(next.p1);
    }
  }

  [[nodiscard]] std::size_t cache_bytes(std::size_t text_bytes) const {
    const auto lists =
        static_cast<std::size_t>(std::ranges::count_if(tables_, [&](std::int64_t table) {
          return with_literals_.contains(table) && !with_rows_.contains(table);
        }));
    // Records of small numbers and the pages that they do not fill take as much again.
    const auto list_bytes = std::min(table_cache_bytes, first_row_bytes + 2 * text_bytes);
    return lists * list_bytes + (tables_.size() - lists) * table_cache_bytes +
           sorters_.size() * sorter_cache_bytes;
  }

 private:
  LiteralFinder literals_;
  std::set<std::int64_t> tables_;
  std::set<std::int64_t> sorters_;
  std::set<std::int64_t> with_literals_;  ///< Cursors that insert constants.
  std::set<std::int64_t> with_rows_;      ///< Those that insert anything else.
};

}  // namespace

Result<QueryProgram> read_program(SqliteStatement& explanation, std::size_t text_bytes) {
  constexpr int name_column = 1;
  Intermediates intermediates;
  FilterFinder filters;
  while (true) {
    BOOST_OUTCOME_TRY(const bool has_next, explanation.step());
    if (!has_next) {
      return QueryProgram{intermediates.cache_bytes(text_bytes), filters.found()};
    }
    const auto operand = [&](int number) {
      return explanation.int64(name_column + number).value_or(0);
    };
    const auto name = explanation.text(name_column);
    if (!name) {
      return Error{errc::io_error, "a compiled query could not be read"};
    }
    const Instruction next{*name, operand(1), operand(2), operand(3)};
    intermediates.note(next);
    filters.note(next);
  }
}

}  // namespace tenancy::inline v0::detail::sqlite
