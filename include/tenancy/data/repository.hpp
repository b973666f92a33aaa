#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tenancy/core/record_id.hpp"
#include "tenancy/data/changes.hpp"
#include "tenancy/data/detail/value_list.hpp"
#include "tenancy/data/read_repository.hpp"

namespace tenancy::inline v0 {

/// One tenant's rows of one table: what `ReadRepository` reads, and the operations that change it.
///
/// Isolation, ownership, thread safety and errors: as `ReadRepository`. There is no way to make one
/// from a `ReadTransaction`.
/// Errors of all that writes: `already_exists` when a unique value is taken; `reference_violation`
/// when a row that is referred to is missing, or a row that is to go is referred to;
/// `constraint_violation`; `invalid_value` for a value that has no stored form. `Error::subject()`
/// names the columns where they are known.
template <Entity T>
class Repository : public ReadRepository<T> {
  using Base = ReadRepository<T>;
  using typename Base::Sql;
  using typename Base::Traits;

 public:
  using typename Base::Key;
  using typename Base::KeyArgument;

  explicit Repository(WriteTransaction& transaction) : Base{transaction} {}
  Repository(const Store& store, const TenantContext& context, const CallOptions& options = {})
      : Base{store, context, options} {}
  explicit Repository(ReadTransaction&) = delete;
  explicit Repository(WriteTransaction&&) = delete;

  /// Adds the row and returns it as it is stored, with its generated key and its times.
  Result<T> insert(T&& row) const {
    Result<T> result{std::move(row)};
    insert_in_place(result);
    return result;
  }
  Result<T> insert(const T& row) const {
    Result<T> result{row};
    insert_in_place(result);
    return result;
  }

  /// Adds all the rows or none of them, with one statement for up to 256, and returns them as they
  /// are stored.
  Result<std::vector<T>> insert_many(std::vector<T> rows) const {
    BOOST_OUTCOME_TRY(this->source_.write_several([&](detail::Session& session) -> Result<void> {
      const Timestamp now = session.now();
      for (T& row : rows) {
        complete(row, now);
      }
      const auto insert_all = [&]() -> Result<void> {
        std::size_t first = 0;
        while (first < rows.size()) {
          const std::size_t count = batch_of(rows.size() - first);
          BOOST_OUTCOME_TRY(insert_batch(session, rows, first, count));
          first += count;
        }
        return success();
      };
      // One statement is not enough either: a trigger may ignore some of its rows.
      return rows.size() <= 1 ? insert_all() : session.all_or_nothing(insert_all);
    }));
    return rows;
  }

  /// Replaces the row that has the same key, but for the time of its creation, or adds it when
  /// there is none. Returns the row as it is stored. A key that is left empty is generated.
  Result<T> upsert(T row) const {
    Result<T> result{T{}};
    Base::settle(
        result, this->source_.write_and_read([&](detail::Session& session) -> Result<void> {
          complete(row, session.now());
          // At hand before anything is stored: a call that is stopped meanwhile has stored nothing.
          BOOST_OUTCOME_TRY(auto find, session.prepare(Sql::find));
          {
            BOOST_OUTCOME_TRY(auto statement,
                              detail::prepare_upsert(session, Traits::layout, Traits::updated));
            detail::RowParameters<T, Traits::size> parameters;
            add_all(parameters, row);
            BOOST_OUTCOME_TRY(parameters.bind(*statement));
            BOOST_OUTCOME_TRY(statement->step());
            BOOST_OUTCOME_TRY(expect_inserted(*statement, 1));
          }
          // Not by RETURNING, which gives a whole number for a REAL that is one.
          std::optional<T> stored;
          BOOST_OUTCOME_TRY(Base::find_with(session, *find, key_of(row), stored));
          if (!stored) {
            return ignored_by_trigger();
          }
          result = *std::move(stored);
          return success();
        }));
    return result;
  }

  /// Replaces the row with that key, but for the time of its creation, and returns it with its new
  /// time of change; its time of creation is the one that was given. Whatever version the row has:
  /// the last writer wins. Errors: `not_found`.
  Result<T> update(T&& row) const
    requires(!detail::EntityTraits<T>::updated.empty())
  {
    Result<T> result{std::move(row)};
    update_in_place(result);
    return result;
  }
  Result<T> update(const T& row) const
    requires(!detail::EntityTraits<T>::updated.empty())
  {
    Result<T> result{row};
    update_in_place(result);
    return result;
  }

  /// The same when nobody has changed the row since it was read in this version, and returns it
  /// with its new one. Errors: `not_found`; `version_conflict`.
  Result<Versioned<T>> update(Versioned<T> versioned) const
    requires(detail::EntityTraits<T>::has_version)
  {
    BOOST_OUTCOME_TRY(this->source_.write([&](detail::Session& session) -> Result<void> {
      T& row = versioned.row;
      touch(row, session.now());
      {
        BOOST_OUTCOME_TRY(auto statement, detail::prepare_update_versioned(session, Traits::layout,
                                                                           Traits::updated));
        detail::RowParameters<T, updated_size + key_size + 1> parameters;
        add_whole(parameters, row);
        parameters.add_number(versioned.version.value());
        BOOST_OUTCOME_TRY(parameters.bind(*statement));
        BOOST_OUTCOME_TRY(statement->step());
        if (statement->changes() != 0) {
          return success();
        }
      }
      return missing_or_changed(session, key_of(row));
    }));
    versioned.version = RowVersion{versioned.version.value() + 1};
    return versioned;
  }

  /// Sets these columns of the row with that key, and its time of change, and leaves the others as
  /// they are, whoever else changes those meanwhile. Without any it only looks for the row.
  /// Errors: `not_found`.
  ///
  /// One column is set by a statement of its own; for several there is one statement for all
  /// choices of columns, which costs what a whole update does.
  Result<void> update(const KeyArgument& key, const Changes<T>& changes) const {
    return this->source_.write([&](detail::Session& session) -> Result<void> {
      return change_in(session, key, changes, std::nullopt);
    });
  }
  /// The same when the row has this version, which is one more afterwards unless nothing was set.
  /// Errors: `not_found`; `version_conflict`.
  Result<void> update(const KeyArgument& key, const Changes<T>& changes, RowVersion version) const
    requires(detail::EntityTraits<T>::has_version)
  {
    return this->source_.write([&](detail::Session& session) -> Result<void> {
      return change_in(session, key, changes, version);
    });
  }

  /// Removes the row with that key. Errors: `not_found`.
  Result<void> erase(const KeyArgument& key) const {
    return this->source_.write([&](detail::Session& session) -> Result<void> {
      BOOST_OUTCOME_TRY(auto statement, session.prepare(Sql::erase));
      detail::RowParameters<T, key_size> parameters;
      parameters.add_key(key);
      BOOST_OUTCOME_TRY(parameters.bind(*statement));
      BOOST_OUTCOME_TRY(statement->step());
      if (statement->changes() == 0) {
        return Base::missing();
      }
      return success();
    });
  }
  /// The same when the row has this version. Errors: `not_found`; `version_conflict`.
  Result<void> erase(const KeyArgument& key, RowVersion version) const
    requires(detail::EntityTraits<T>::has_version)
  {
    return this->source_.write([&](detail::Session& session) -> Result<void> {
      {
        BOOST_OUTCOME_TRY(auto statement, detail::prepare_erase_versioned(session, Traits::layout));
        detail::RowParameters<T, key_size + 1> parameters;
        parameters.add_key(key);
        parameters.add_number(version.value());
        BOOST_OUTCOME_TRY(parameters.bind(*statement));
        BOOST_OUTCOME_TRY(statement->step());
        if (statement->changes() != 0) {
          return success();
        }
      }
      return missing_or_changed(session, key);
    });
  }

  /// Removes all rows for which the predicate holds, with one statement, and tells how many. It
  /// holds up other writes for as long as that takes: remove very many in parts, by a narrower
  /// predicate. Errors: `invalid_argument` for a predicate that asks nothing, since a condition
  /// that was left out by mistake would remove every row; and as a query's.
  Result<std::int64_t> erase_where(const Predicate<T>& predicate) const {
    Result<std::int64_t> result{std::int64_t{0}};
    // Not as one statement, which could not be stopped where it shares its transaction with others.
    Base::settle(result, this->source_.write_several([&](detail::Session& session) {
      return detail::erase_rows(session, Traits::layout, predicate.code(), result.assume_value());
    }));
    return result;
  }

 private:
  static constexpr std::size_t key_size = Traits::keys.size();
  static constexpr std::size_t updated_size = Traits::updated.size();

  /// The columns that only the library sets at an update, and those that the caller may.
  static constexpr bool is_time_of_change(std::size_t index) noexcept {
    return Traits::roles[index] == mapping::Role::updated_at;
  }
  static constexpr auto times = Traits::template choose<&is_time_of_change>();
  static constexpr auto changeable = Traits::template choose<&Traits::is_changeable>();

  /// The largest power of two that is not more than are left, than 256, and than the parameters of
  /// one statement allow.
  static constexpr std::size_t batch_of(std::size_t left) noexcept {
    constexpr std::size_t max_parameters = 32'000;
    std::size_t size = 1;
    while (size < 256 && 2 * size <= left && 2 * size * Traits::size <= max_parameters) {
      size *= 2;
    }
    return size;
  }

  /// The row is filled in and stored where it lies; it may be so more than once.
  void insert_in_place(Result<T>& result) const {
    Base::settle(result, this->source_.write([&](detail::Session& session) -> Result<void> {
      T& row = result.assume_value();
      complete(row, session.now());
      BOOST_OUTCOME_TRY(auto statement, session.prepare(Sql::insert));
      detail::RowParameters<T, Traits::size> parameters;
      add_all(parameters, row);
      BOOST_OUTCOME_TRY(parameters.bind(*statement));
      BOOST_OUTCOME_TRY(statement->step());
      return expect_inserted(*statement, 1);
    }));
  }
  void update_in_place(Result<T>& result) const {
    Base::settle(result, this->source_.write([&](detail::Session& session) -> Result<void> {
      T& row = result.assume_value();
      touch(row, session.now());
      BOOST_OUTCOME_TRY(auto statement, session.prepare(Sql::update));
      detail::RowParameters<T, updated_size + key_size> parameters;
      add_whole(parameters, row);
      BOOST_OUTCOME_TRY(parameters.bind(*statement));
      BOOST_OUTCOME_TRY(statement->step());
      if (statement->changes() == 0) {
        return Base::missing();
      }
      return success();
    }));
  }

  /// What the library sets in a row that is to be inserted.
  static void complete(T& row, Timestamp now) {
    detail::for_each_column<T>([&]<std::size_t Index>() {
      constexpr auto role = Traits::roles[Index];
      auto& member = Traits::template member<Index>(row);
      if constexpr (role == mapping::Role::generated_key) {
        if (member.empty()) {
          member = make_record_id(now);
        }
      } else if constexpr (role == mapping::Role::created_at || role == mapping::Role::updated_at) {
        member = now;
      }
    });
  }
  static void touch(T& row, Timestamp now) {
    detail::for_each_column<T>([&]<std::size_t Index>() {
      if constexpr (Traits::roles[Index] == mapping::Role::updated_at) {
        Traits::template member<Index>(row) = now;
      }
    });
  }

  static void add_all(detail::RowParameters<T, Traits::size>& parameters, const T& row) {
    detail::for_each_column<T>([&]<std::size_t Index>() { parameters.template add<Index>(row); });
  }
  /// The columns that a whole update writes, then the key.
  template <std::size_t Size>
  static void add_whole(detail::RowParameters<T, Size>& parameters, const T& row) {
    detail::for_each_column<T>([&]<std::size_t Index>() {
      if constexpr (Traits::is_updated(Index)) {
        parameters.template add<Index>(row);
      }
    });
    detail::for_each_column<T>([&]<std::size_t Index>() {
      if constexpr (Traits::is_key(Index)) {
        parameters.template add<Index>(row);
      }
    });
  }

  static Error ignored_by_trigger() {
    return Error{errc::constraint_violation,
                 "a trigger of " + std::string{Traits::table} + " ignored the row"};
  }
  static Result<void> expect_inserted(const detail::Statement& statement, std::size_t count) {
    if (!std::cmp_equal(statement.changes(), count)) {
      return ignored_by_trigger();
    }
    return success();
  }

  static Result<void> insert_batch(detail::Session& session, const std::vector<T>& rows,
                                   std::size_t first, std::size_t count) {
    BOOST_OUTCOME_TRY(auto statement, detail::prepare_insert_many(session, Traits::layout, count));
    detail::ValueList values;
    values.reserve(count * Traits::size);
    for (std::size_t i = first; i < first + count; ++i) {
      detail::for_each_column<T>([&]<std::size_t Index>() {
        values.add_as<typename Traits::template Value<Index>>(
            Index, Traits::template member<Index>(rows[i]));
      });
    }
    BOOST_OUTCOME_TRY(bind(values, *statement));
    BOOST_OUTCOME_TRY(statement->step());
    return expect_inserted(*statement, count);
  }

  static Result<void> bind(const detail::ValueList& values, detail::Statement& statement) {
    if (values.bad_column() != detail::ValueList::no_column) {
      return detail::unstorable(Traits::layout, values.bad_column());
    }
    statement.bind_rest(2, values.values());
    return success();
  }

  static void add_key(detail::ValueList& values, const KeyArgument& key) {
    const auto add_part = [&]<std::size_t Part>(const auto& part) {
      constexpr std::size_t column = Traits::keys[Part];
      using Value = typename Traits::template Value<column>;
      values.add_as<typename detail::KeyForm<Value>::Bound>(column, part);
    };
    if constexpr (key_size == 1) {
      add_part.template operator()<0>(key);
    } else {
      [&]<std::size_t... Part>(std::index_sequence<Part...>) {
        (add_part.template operator()<Part>(std::get<Part>(key)), ...);
      }(std::make_index_sequence<key_size>{});
    }
  }

  static Result<void> change_in(detail::Session& session, const KeyArgument& key,
                                const Changes<T>& changes, std::optional<RowVersion> version) {
    std::vector<std::size_t> changed;
    for (const std::size_t column : changeable) {
      if (changes.values()[column].is_set()) {
        changed.push_back(column);
      }
    }
    if (changed.empty()) {
      return look_for(session, key, version);
    }
    const bool has_flags = changed.size() > 1;
    if (has_flags) {
      changed.assign(changeable.begin(), changeable.end());
    }
    detail::ValueList values;
    for (const std::size_t column : changed) {
      const auto& value = changes.values()[column];
      if (has_flags) {
        values.add_number(value.is_set() ? 1 : 0);
      }
      values.add(column, value.view());
    }
    for (const std::size_t column : times) {
      values.add(column, detail::ValueView::int64(session.now().microseconds()));
    }
    add_key(values, key);
    if (version) {
      values.add_number(version->value());
    }
    {
      BOOST_OUTCOME_TRY(auto statement,
                        detail::prepare_change(session, Traits::layout,
                                               {.changed = changed,
                                                .times = times,
                                                .has_flags = has_flags,
                                                .checks_version = version.has_value()}));
      BOOST_OUTCOME_TRY(bind(values, *statement));
      BOOST_OUTCOME_TRY(statement->step());
      if (statement->changes() != 0) {
        return success();
      }
    }
    return version ? missing_or_changed(session, key) : Base::missing();
  }

  static Result<void> look_for(detail::Session& session, const KeyArgument& key,
                               std::optional<RowVersion> version) {
    if constexpr (Traits::has_version) {
      if (version) {
        BOOST_OUTCOME_TRY(auto statement, detail::prepare_find_versioned(session, Traits::layout));
        detail::RowParameters<T, key_size> parameters;
        parameters.add_key(key);
        BOOST_OUTCOME_TRY(parameters.bind(*statement));
        Presence presence{};
        BOOST_OUTCOME_TRY(detail::read_presence(session, *statement, presence));
        if (presence == Presence::absent) {
          return Base::missing();
        }
        return statement->int64(Traits::size + 1) == version->value() ? Result<void>{success()}
                                                                      : changed_meanwhile();
      }
    }
    Presence presence{};
    BOOST_OUTCOME_TRY(Base::exists_in(session, key, presence));
    return presence == Presence::present ? Result<void>{success()} : Base::missing();
  }

  static Error changed_meanwhile() {
    return Error{errc::version_conflict,
                 "the row in " + std::string{Traits::table} + " has changed since it was read"};
  }

  /// Why no row with that key and version was found.
  static Result<void> missing_or_changed(detail::Session& session, const KeyArgument& key) {
    Presence presence{};
    BOOST_OUTCOME_TRY(Base::exists_in(session, key, presence));
    return presence == Presence::present ? changed_meanwhile() : Base::missing();
  }

  /// Borrows from the row.
  static KeyArgument key_of(const T& row) {
    return [&]<std::size_t... Part>(std::index_sequence<Part...>) {
      return KeyArgument{Traits::template member<Traits::keys[Part]>(row)...};
    }(std::make_index_sequence<key_size>{});
  }
};

}  // namespace tenancy::inline v0
