#include "property/isolation/operation.hpp"

#include <array>
#include <sstream>

namespace tenancy_test::isolation {
namespace {

constexpr std::array kinds{
    "insert",      "insert_many",    "upsert",        "update",        "update_version",
    "change",      "change_version", "erase",         "erase_version", "erase_where",
    "put_owner",   "erase_owner",    "find",          "count",         "first",
    "list_number", "stream",         "aggregate",     "group",         "children",
    "open_walk",   "next_page",      "previous_page", "foreign_page",  "transaction",
    "snapshot",    "suspend",        "activate",      "enter"};
constexpr std::array endings{"commit", "fail", "raise", "stop", "deadline"};
constexpr std::array column_names{"id", "title", "note", "points", "weight", "owner"};
constexpr std::array tests{"==", "!=", "<", ">=", "between", "in", "is null", "prefix", "contains"};

template <class Names, class Value>
const char* named(const Names& names, Value value) {
  return names[static_cast<std::size_t>(value)];
}

template <class Value>
std::string in_quotes(const std::optional<Value>& value) {
  std::ostringstream out;
  if (value) {
    out << '"' << *value << '"';
  } else {
    out << "null";
  }
  return out.str();
}

void write(std::ostream& out, const Draft& row) {
  out << "{id " << row.id << ", title \"" << title_of(row.title) << "\", note "
      << in_quotes(note_of(row.note)) << ", points " << points_of(row.points) << ", weight "
      << in_quotes(weight_of(row.weight)) << ", owner " << in_quotes(owner_of(row.owner)) << '}';
}

std::string value_text(Column column, int value) {
  switch (column) {
    case Column::title:
      return '"' + title_of(value) + '"';
    case Column::note:
      return in_quotes(note_of(value));
    case Column::points:
      return std::to_string(points_of(value));
    case Column::weight:
      return in_quotes(weight_of(value));
    case Column::owner:
      return in_quotes(owner_of(value));
    case Column::id:
      break;
  }
  return std::to_string(value);
}

void write(std::ostream& out, const Condition& condition) {
  if (condition.terms.empty()) {
    out << " all";
    return;
  }
  out << (condition.is_negated ? " where not (" : " where (");
  const char* between = "";
  for (const Term& term : condition.terms) {
    out << between << named(column_names, term.column) << ' ' << named(tests, term.test);
    between = condition.is_either ? " or " : " and ";
    if (term.test != Test::is_null) {
      out << ' ' << value_text(term.column, term.value);
    }
    if (term.test == Test::between || term.test == Test::one_of) {
      out << ", " << value_text(term.column, term.other);
    }
  }
  out << ')';
}

void write_query(std::ostream& out, const Operation& operation) {
  write(out, operation.condition);
  for (const SortBy& term : operation.order) {
    out << " by " << named(column_names, term.column) << (term.descends ? " descending" : "");
  }
  out << (operation.newest_first ? " newest first" : "");
}

void write_details(std::ostream& out, const Operation& operation) {
  switch (operation.kind) {
    case Kind::update_version:
    case Kind::change_version:
    case Kind::erase_version:
      out << " behind " << operation.behind;
      break;
    default:
      break;
  }
  switch (operation.kind) {
    case Kind::change:
    case Kind::change_version:
      out << " set";
      for (int column = 1; column < column_count; ++column) {
        if ((operation.changed & (1U << static_cast<unsigned>(column))) != 0) {
          out << ' ' << column_names[static_cast<std::size_t>(column)];
        }
      }
      [[fallthrough]];
    case Kind::insert:
    case Kind::upsert:
    case Kind::update:
    case Kind::update_version:
      out << ' ';
      write(out, operation.row);
      return;
    case Kind::insert_many:
      for (const Draft& row : operation.rows) {
        out << ' ';
        write(out, row);
      }
      return;
    case Kind::erase:
    case Kind::erase_version:
    case Kind::find:
      out << " id " << operation.row.id;
      return;
    case Kind::put_owner:
      out << " name \"" << title_of(operation.row.title) << '"';
      [[fallthrough]];
    case Kind::erase_owner:
      out << " id " << in_quotes(owner_of(operation.row.owner));
      return;
    case Kind::next_page:
    case Kind::previous_page:
      out << " of walk " << operation.walk;
      return;
    case Kind::foreign_page:
      out << " of walk " << operation.walk << ", presented by " << name_of(operation.other);
      return;
    case Kind::open_walk:
      out << ' ' << operation.walk << " limit " << operation.limit;
      break;
    case Kind::list_number:
      out << ' ' << operation.number << " limit " << operation.limit;
      break;
    case Kind::stream:
    case Kind::children:
      out << " limit " << operation.limit;
      break;
    case Kind::transaction:
      out << ", ends with " << named(endings, operation.ending);
      return;
    case Kind::snapshot:
    case Kind::suspend:
    case Kind::activate:
    case Kind::enter:
      return;
    default:
      break;
  }
  write_query(out, operation);
}

void write_lines(std::ostream& out, const Operation& operation, const std::string& indent) {
  out << indent << name_of(operation.tenant) << ": " << named(kinds, operation.kind);
  write_details(out, operation);
  for (const Operation& inner : operation.inner) {
    out << '\n';
    write_lines(out, inner, indent + "  ");
  }
}

template <std::size_t Size>
std::string pick(const std::array<const char*, Size>& values, int number) {
  return values[static_cast<std::size_t>(number) % Size];
}

}  // namespace

std::size_t count_of(const Sequence& sequence) {
  std::size_t count = sequence.size();
  for (const Operation& operation : sequence) {
    count += count_of(operation.inner);
  }
  return count;
}

std::string title_of(int number) {
  // Letters of both cases, wildcards, parts of one another, a quote, nothing, and not only ASCII.
  static constexpr std::array<const char*, 14> titles{
      "alpha",        "Alpha", "alphabet", "al%", "al_ha", "beta", "be'ta",
      "\xC3\xA4pfel", "",      "gamma",    "gam", "GAM",   "z",    "\xF0\x9F\x8D\x8E"};
  return pick(titles, number);
}

std::optional<std::string> note_of(int number) {
  static constexpr std::array<const char*, 4> notes{"n", "", "N", "nn"};
  return number < 0 ? std::nullopt : std::optional{pick(notes, number)};
}

std::int64_t points_of(int number) { return number - 1; }

std::optional<double> weight_of(int number) {
  static constexpr std::array<double, 4> weights{0.5, -1.5, 0.0, 2.0};
  return number < 0 ? std::nullopt
                    : std::optional{weights[static_cast<std::size_t>(number) % weights.size()]};
}

std::optional<std::string> owner_of(int number) {
  return number < 0 ? std::nullopt : std::optional{"o" + std::to_string(number % 4)};
}

std::string name_of(int tenant) {
  static constexpr std::array<const char*, tenant_count> names{"acme", "globex", "initech"};
  return names[static_cast<std::size_t>(tenant)];
}

std::string describe(const Operation& operation) {
  std::ostringstream out;
  write_lines(out, operation, "");
  return out.str();
}

std::string describe(const Sequence& sequence) {
  std::ostringstream out;
  for (const Operation& operation : sequence) {
    write_lines(out, operation, "");
    out << '\n';
  }
  return out.str();
}

}  // namespace tenancy_test::isolation
