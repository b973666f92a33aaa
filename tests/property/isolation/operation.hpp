#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tenancy_test::isolation {

/// How many tenants play. All of them use the same keys and the same unique values.
inline constexpr int tenant_count = 3;
/// Lists that one tenant may be in the midst of.
inline constexpr int walk_count = 2;

enum class Kind : std::uint8_t {
  // What changes rows.
  insert,
  insert_many,
  upsert,
  update,
  update_version,
  change,
  change_version,
  erase,
  erase_version,
  erase_where,
  put_owner,
  erase_owner,
  // What looks at them.
  find,
  count,
  first,
  list_number,
  stream,
  aggregate,
  group,
  children,
  // Lists that go on while rows change.
  open_walk,
  next_page,
  previous_page,
  foreign_page,  ///< Another tenant presents the cursor.
  // Several of the above.
  transaction,
  snapshot,  ///< Looks at one moment, with changes of any tenant in between.
  // What becomes of a tenant.
  suspend,
  activate,
  enter,
};

constexpr bool is_look(Kind kind) noexcept { return kind >= Kind::find && kind <= Kind::children; }

/// How a transaction ends.
enum class Ending : std::uint8_t { commit, fail, raise, stop, deadline };

/// A row, in small numbers that stand for values; less than 0 stands for NULL.
struct Draft {
  int id = 0;
  int title = 0;
  int note = -1;
  int points = 0;
  int weight = -1;
  int owner = -1;

  friend bool operator==(const Draft&, const Draft&) = default;
};

enum class Column : std::uint8_t { id, title, note, points, weight, owner };
inline constexpr int column_count = 6;

enum class Test : std::uint8_t {
  equal,
  not_equal,
  less,
  at_least,
  between,
  one_of,
  is_null,
  prefix,
  contains,
};

/// One comparison of a column with one or two values, in numbers as in a draft.
struct Term {
  Column column = Column::id;
  Test test = Test::at_least;
  int value = 0;
  int other = 0;

  friend bool operator==(const Term&, const Term&) = default;
};

/// All terms, or one of them, or not. None at all asks nothing.
struct Condition {
  std::vector<Term> terms = {};
  bool is_either = false;
  bool is_negated = false;

  friend bool operator==(const Condition&, const Condition&) = default;
};

struct SortBy {
  Column column = Column::id;
  bool descends = false;

  friend bool operator==(const SortBy&, const SortBy&) = default;
};

/// One thing that is done, as data, so that it can be done again, shortened and printed.
struct Operation {
  Kind kind = Kind::find;
  int tenant = 0;
  int other = 0;  ///< The tenant that presents a cursor; a further number otherwise.
  int walk = 0;
  Draft row = {};
  std::vector<Draft> rows = {};
  unsigned changed = 0;  ///< Columns that a change sets, a bit each.
  int behind = 0;        ///< How far the version that was seen is behind the one that there is.
  Condition condition = {};
  std::vector<SortBy> order = {};
  bool newest_first = false;
  int limit = 1;
  int number = 1;
  Ending ending = Ending::commit;
  std::vector<Operation> inner = {};

  friend bool operator==(const Operation&, const Operation&) = default;
};

using Sequence = std::vector<Operation>;

/// How many things are done, those in transactions counted each.
std::size_t count_of(const Sequence& sequence);

// What the small numbers stand for.
std::string title_of(int number);
std::optional<std::string> note_of(int number);
std::int64_t points_of(int number);
std::optional<double> weight_of(int number);
std::optional<std::string> owner_of(int number);

std::string name_of(int tenant);
std::string describe(const Operation& operation);
/// A line for each.
std::string describe(const Sequence& sequence);

}  // namespace tenancy_test::isolation
