#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "tenancy/core/source_location.hpp"
#include "tenancy/data/repository.hpp"
#include "tenancy/testing/must.hpp"

namespace tenancy::inline v0::testing {

/// What a test changes in a row that a factory made, such as
/// `[](Note& note) { note.stars = 5; }`.
template <class Changes, class T>
concept ChangesOf = std::invocable<Changes&, T&>;

/// Makes rows for tests. The program says once how a valid row of the running number looks, with
/// the number in everything that is unique, and each test says what it needs otherwise:
///
///     Factory<Note> notes{[](Note& note, std::size_t number) {
///       note.title = "Note " + std::to_string(number);
///     }};
///     notes.create(repository, [](Note& note) { note.stars = 5; });
///
/// Rows that are created go through the repository, so that they are those of its tenant. A row
/// that cannot be stored ends the process, as with `must`; to test that, insert what `make` gives.
/// Ownership: keeps the function. Thread safety: thread-compatible.
template <Entity T>
class Factory {
 public:
  /// Is given a row with its members' defaults and the running number, from 1.
  using Fill = std::function<void(T&, std::size_t)>;

  explicit Factory(Fill fill) : fill_{std::move(fill)} {}

  /// A row that is not stored.
  T make() { return make(leave); }
  template <ChangesOf<T> Changes>
  T make(Changes&& changes) {
    T row{};
    fill_(row, ++number_);
    changes(row);
    return row;
  }

  /// A stored row, as it is stored: with its generated key and its times.
  T create(const Repository<T>& repository, SourceLocation where = SourceLocation::current()) {
    return create(repository, leave, where);
  }
  template <ChangesOf<T> Changes>
  T create(const Repository<T>& repository, Changes&& changes,
           SourceLocation where = SourceLocation::current()) {
    // Qualified: the host may have one of its own beside its rows.
    return testing::must(repository.insert(make(changes)), where);
  }

  /// Stored rows, with numbers that follow one another.
  std::vector<T> create_many(const Repository<T>& repository, std::size_t count,
                             SourceLocation where = SourceLocation::current()) {
    return create_many(repository, count, leave, where);
  }
  template <ChangesOf<T> Changes>
  std::vector<T> create_many(const Repository<T>& repository, std::size_t count, Changes&& changes,
                             SourceLocation where = SourceLocation::current()) {
    std::vector<T> rows;
    rows.reserve(count);
    while (rows.size() < count) {
      rows.push_back(create(repository, changes, where));
    }
    return rows;
  }

 private:
  static constexpr auto leave = [](T&) {};

  Fill fill_;
  std::size_t number_ = 0;
};

}  // namespace tenancy::inline v0::testing
