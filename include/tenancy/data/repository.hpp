#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "tenancy/core/detail/cursor.hpp"
#include "tenancy/core/page.hpp"
#include "tenancy/core/record_id.hpp"
#include "tenancy/data/detail/entity_sql.hpp"
#include "tenancy/data/detail/row.hpp"
#include "tenancy/data/mapping.hpp"
#include "tenancy/storage/store.hpp"
#include "tenancy/storage/transaction.hpp"

namespace tenancy::inline v0 {

template <Entity T>
class Repository;

/// What of one tenant's rows of one table may be read.
///
/// Made from a transaction, it works within it; made from a store and a context, each call is a
/// transaction of its own.
///
/// Isolation: every statement carries the transaction's tenant, and every row that comes back is
/// compared with it; a row of another tenant stops the transaction with `isolation_violation`.
/// Ownership: borrows the transaction, or shares the store. One that is used after its transaction
/// ended stops the process.
/// Thread safety: that of the transaction, or thread-safe when made from a store. Changes made from
/// a store, and the codecs in them, may run on another thread that writes at the same time.
/// Errors: beside those named, each call gives the transaction's, and `invalid_row` when a stored
/// value does not fit its member.
template <Entity T>
class ReadRepository {
 public:
  using Key = typename detail::EntityTraits<T>::Key;
  using KeyArgument = typename detail::KeyForm<Key>::Argument;

  explicit ReadRepository(ReadTransaction& transaction)
      : transaction_{&transaction}, lifetime_{detail::SessionAccess::lifetime_of(transaction)} {}
  /// The options hold for each call.
  ReadRepository(const Store& store, const TenantContext& context, const CallOptions& options = {})
      : standalone_{Standalone{store, context, options}} {}
  explicit ReadRepository(ReadTransaction&&) = delete;

  /// The row with that key, or nothing.
  Result<std::optional<T>> find(KeyArgument key) const {
    return reading([&](detail::Session& session) { return find_in(session, key); });
  }

  /// The row with that key. Errors: `not_found`.
  Result<T> require(KeyArgument key) const {
    BOOST_OUTCOME_TRY(auto found, find(key));
    if (!found) {
      return missing();
    }
    return *std::move(found);
  }

  /// How many rows the tenant has.
  Result<std::int64_t> count() const {
    return reading([](detail::Session& session) { return count_in(session); });
  }

  /// A part of the tenant's rows in the order of their keys, newest first unless asked otherwise.
  /// Errors: `invalid_argument` for limits; `invalid_cursor` for a cursor that this list did not
  /// give out.
  Result<Page<T>> list(const PageRequest& request = {}) const {
    return reading([&](detail::Session& session) { return list_in(session, request); });
  }

 private:
  // No way for deriving classes to a session, which runs any statement.
  friend class Repository<T>;

  using Sql = detail::EntitySql<T>;
  using Traits = detail::EntityTraits<T>;
  using StoredKey = typename detail::KeyForm<Key>::Stored;

  template <class Unit>
  auto reading(Unit&& unit) const -> std::invoke_result_t<Unit&, detail::Session&> {
    if (transaction_ != nullptr) {
      return unit(session());
    }
    return standalone_->store.read(
        standalone_->context, standalone_->options,
        [&](ReadTransaction& transaction) { return unit(detail::SessionAccess::of(transaction)); });
  }

  /// For units that run one statement.
  template <class Unit>
  auto writing(Unit&& unit) const -> std::invoke_result_t<Unit&, detail::Session&> {
    if (transaction_ != nullptr) {
      return unit(session());
    }
    return detail::StatementWrite::run(standalone_->store, standalone_->context,
                                       standalone_->options, [&](WriteTransaction& transaction) {
                                         return unit(detail::SessionAccess::of(transaction));
                                       });
  }

  static Error missing() {
    return Error{errc::not_found, "no row with that key in " + std::string{Traits::table}};
  }

  struct Standalone {
    Store store;
    TenantContext context;
    CallOptions options;
  };

  [[nodiscard]] detail::Session& session() const {
    TENANCY_ASSERT(!lifetime_.expired(), "use of a repository after its transaction ended");
    return detail::SessionAccess::of(*transaction_);
  }

  static Result<std::optional<T>> find_in(detail::Session& session, KeyArgument key) {
    BOOST_OUTCOME_TRY(auto statement, session.prepare(Sql::find));
    Codec<StoredKey>::bind(detail::ValueAccess::parameter(*statement, 2), key);
    BOOST_OUTCOME_TRY(const bool found, statement->step());
    if (!found) {
      return std::optional<T>{};
    }
    std::optional<T> row{std::in_place};
    BOOST_OUTCOME_TRY(detail::decode_row(session, Sql::find, *statement, *row));
    return row;
  }

  static Result<std::int64_t> count_in(detail::Session& session) {
    BOOST_OUTCOME_TRY(auto statement, session.prepare(Sql::count));
    BOOST_OUTCOME_TRY(const bool found, statement->step());
    const auto count = found ? statement->int64(0) : std::nullopt;
    if (!count) {
      return Error{errc::internal, "count(*) returned no number"};
    }
    return *count;
  }

  static Result<Page<T>> list_in(detail::Session& session, const PageRequest& request) {
    BOOST_OUTCOME_TRY(const detail::PageWindow window, detail::page_window(request));
    const detail::CursorPlace place{session.context().tenant(), Traits::table, request.order};
    Page<T> page;
    if (request.number) {
      BOOST_OUTCOME_TRY(const std::int64_t total, count_in(session));
      page.numbers = detail::page_numbers(*request.number, request.limit, total);
    }
    if (request.cursor) {
      BOOST_OUTCOME_TRY(auto text, detail::open_cursor(session.keys(), place, *request.cursor));
      BOOST_OUTCOME_TRY(const auto last, detail::key_from_text<StoredKey>(std::move(text)));
      const auto& sql = Sql::page_after(request.order);
      BOOST_OUTCOME_TRY(auto statement, session.prepare(sql));
      Codec<StoredKey>::bind(detail::ValueAccess::parameter(*statement, 3), last);
      page.has_previous = true;
      BOOST_OUTCOME_TRY(read_page(session, sql, *statement, window.limit, place, page));
    } else {
      const auto& sql = Sql::page(request.order);
      BOOST_OUTCOME_TRY(auto statement, session.prepare(sql));
      statement->bind_int64(3, window.offset);
      page.has_previous = window.offset > 0;
      BOOST_OUTCOME_TRY(read_page(session, sql, *statement, window.limit, place, page));
    }
    return page;
  }

  /// Reads one row more than the page holds, to learn whether more follow.
  static Result<void> read_page(detail::Session& session, const detail::StaticSql& sql,
                                detail::Statement& statement, std::int64_t limit,
                                const detail::CursorPlace& place, Page<T>& page) {
    statement.bind_int64(2, limit + 1);
    while (true) {
      BOOST_OUTCOME_TRY(const bool found, statement.step());
      if (!found) {
        return success();
      }
      if (static_cast<std::int64_t>(page.items.size()) == limit) {
        const Key& last = Traits::template member<Traits::key_index>(page.items.back());
        page.has_next = true;
        page.next_cursor = detail::seal_cursor(session.keys(), place, detail::key_to_text(last));
        return success();
      }
      BOOST_OUTCOME_TRY(detail::decode_row(session, sql, statement, page.items.emplace_back()));
    }
  }

  ReadTransaction* transaction_ = nullptr;
  std::weak_ptr<const char> lifetime_;
  std::optional<Standalone> standalone_;
};

/// One tenant's rows of one table: what `ReadRepository` reads, and the operations that change it.
///
/// Isolation, ownership, thread safety and errors: as `ReadRepository`. There is no way to make one
/// from a `ReadTransaction`.
template <Entity T>
class Repository : public ReadRepository<T> {
  using Base = ReadRepository<T>;
  using typename Base::Sql;
  using typename Base::StoredKey;
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
  /// Errors: `already_exists` when a unique value is taken; `reference_violation`,
  /// `constraint_violation`.
  Result<T> insert(T row) const {
    // The unit may run again: it leaves the row in its place.
    BOOST_OUTCOME_TRY(this->writing([&](detail::Session& session) -> Result<void> {
      const Timestamp now = session.now();
      detail::for_each_column<T>([&]<std::size_t Index>() {
        constexpr auto role = Traits::roles[Index];
        auto& member = Traits::template member<Index>(row);
        if constexpr (role == mapping::Role::generated_key) {
          if (member.empty()) {
            member = make_record_id(now);
          }
        } else if constexpr (role == mapping::Role::created_at ||
                             role == mapping::Role::updated_at) {
          member = now;
        }
      });
      BOOST_OUTCOME_TRY(auto statement, session.prepare(Sql::insert));
      detail::bind_columns(row, *statement, [](std::size_t) { return true; });
      BOOST_OUTCOME_TRY(statement->step());
      if (statement->changes() != 1) {
        return Error{errc::constraint_violation,
                     "a trigger of " + std::string{Traits::table} + " ignored the row"};
      }
      return success();
    }));
    return row;
  }

  /// Writes every column of the row with this one's key, except the time of creation, and returns
  /// it with its new time of change. Errors: `not_found`; otherwise as `insert`.
  Result<T> update(T row) const
    requires(detail::EntityTraits<T>::count_updated() > 0)
  {
    BOOST_OUTCOME_TRY(this->writing([&](detail::Session& session) -> Result<void> {
      const Timestamp now = session.now();
      detail::for_each_column<T>([&]<std::size_t Index>() {
        if constexpr (Traits::roles[Index] == mapping::Role::updated_at) {
          Traits::template member<Index>(row) = now;
        }
      });
      BOOST_OUTCOME_TRY(auto statement, session.prepare(Sql::update));
      detail::bind_columns(row, *statement, [](std::size_t index) {
        return Traits::is_updated(index) || Traits::is_key(index);
      });
      BOOST_OUTCOME_TRY(statement->step());
      if (statement->changes() == 0) {
        return Base::missing();
      }
      return success();
    }));
    return row;
  }

  /// Removes the row with that key. Errors: `not_found`; `reference_violation` when other rows
  /// refer to it.
  Result<void> erase(KeyArgument key) const {
    return this->writing([&](detail::Session& session) -> Result<void> {
      BOOST_OUTCOME_TRY(auto statement, session.prepare(Sql::erase));
      Codec<StoredKey>::bind(detail::ValueAccess::parameter(*statement, 2), key);
      BOOST_OUTCOME_TRY(statement->step());
      if (statement->changes() == 0) {
        return Base::missing();
      }
      return success();
    });
  }
};

}  // namespace tenancy::inline v0
