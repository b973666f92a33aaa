#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "tenancy/core/page.hpp"
#include "tenancy/data/detail/entity_traits.hpp"
#include "tenancy/storage/detail/statement.hpp"

namespace tenancy::inline v0::detail {

/// Text under construction at compile time; too much of it stops the compilation.
class SqlBuilder {
 public:
  constexpr SqlBuilder& operator<<(std::string_view text) {
    for (const char c : text) {
      buffer_[size_++] = c;
    }
    return *this;
  }
  constexpr SqlBuilder& identifier(std::string_view name) { return *this << "\"" << name << "\""; }
  constexpr SqlBuilder& parameter(std::size_t number) {
    std::array<char, 8> digits{};
    std::size_t count = 0;
    for (; number != 0; number /= 10) {
      digits[count++] = static_cast<char>('0' + number % 10);
    }
    *this << "?";
    while (count != 0) {
      buffer_[size_++] = digits[--count];
    }
    return *this;
  }

  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr char at(std::size_t index) const { return buffer_[index]; }

 private:
  std::array<char, 8192> buffer_{};
  std::size_t size_ = 0;
};

/// What `Make()` builds, in an array of just its size.
template <auto Make>
struct BuiltSql {
  static constexpr auto characters = [] {
    constexpr SqlBuilder built = Make();
    std::array<char, built.size()> exact{};
    for (std::size_t i = 0; i < exact.size(); ++i) {
      exact[i] = built.at(i);
    }
    return exact;
  }();
  static constexpr StaticSql sql{std::string_view{characters.data(), characters.size()}};
};

/// The fixed statements of an entity. Parameter 1 is always the tenant, and a result's column 0 the
/// row's tenant, for the row check; the entity's columns follow in the mapping's order.
template <Entity T>
class EntitySql {
  using Traits = EntityTraits<T>;

  static constexpr SqlBuilder start_select() {
    SqlBuilder sql;
    sql << "SELECT tenant_id";
    for (const auto name : Traits::names) {
      (sql << ", ").identifier(name);
    }
    return from_tenant(sql);
  }
  static constexpr SqlBuilder from_tenant(SqlBuilder sql) {
    (sql << " FROM ").identifier(Traits::table) << " WHERE tenant_id = ?1";
    return sql;
  }
  static constexpr SqlBuilder and_key(SqlBuilder sql, std::string_view comparison,
                                      std::size_t parameter) {
    (sql << " AND ").identifier(key_name) << comparison;
    sql.parameter(parameter);
    return sql;
  }
  static constexpr SqlBuilder ordered(SqlBuilder sql, Order order) {
    (sql << " ORDER BY ").identifier(key_name) << (order == Order::newest_first ? " DESC" : " ASC");
    return sql;
  }
  static constexpr SqlBuilder page_in(Order order) {
    return ordered(start_select(), order) << " LIMIT ?2 OFFSET ?3";
  }
  static constexpr SqlBuilder page_behind(Order order) {
    return ordered(and_key(start_select(), order == Order::newest_first ? " < " : " > ", 3), order)
           << " LIMIT ?2";
  }

  static constexpr SqlBuilder make_find() { return and_key(start_select(), " = ", 2); }
  static constexpr SqlBuilder make_count() {
    SqlBuilder sql;
    sql << "SELECT count(*)";
    return from_tenant(sql);
  }
  static constexpr SqlBuilder make_insert() {
    SqlBuilder sql;
    (sql << "INSERT OR ABORT INTO ").identifier(Traits::table) << " (tenant_id";
    for (const auto name : Traits::names) {
      (sql << ", ").identifier(name);
    }
    sql << ") VALUES (?1";
    for (std::size_t i = 0; i < Traits::size; ++i) {
      (sql << ", ").parameter(value_parameter(i));
    }
    return sql << ")";
  }
  static constexpr SqlBuilder make_update() {
    SqlBuilder sql;
    (sql << "UPDATE OR ABORT ").identifier(Traits::table) << " SET ";
    std::string_view separator;
    for (std::size_t i = 0; i < Traits::size; ++i) {
      if (Traits::is_updated(i)) {
        (sql << separator).identifier(Traits::names[i]) << " = ";
        sql.parameter(value_parameter(i));
        separator = ", ";
      }
    }
    sql << " WHERE tenant_id = ?1";
    return and_key(sql, " = ", value_parameter(Traits::key_index));
  }
  static constexpr SqlBuilder make_erase() {
    SqlBuilder sql;
    (sql << "DELETE FROM ").identifier(Traits::table) << " WHERE tenant_id = ?1";
    return and_key(sql, " = ", 2);
  }

  static constexpr std::string_view key_name = Traits::names[Traits::key_index];

 public:
  /// The parameter that holds the column in INSERT and UPDATE.
  static constexpr std::size_t value_parameter(std::size_t column) noexcept { return column + 2; }

  static constexpr const StaticSql& find = BuiltSql<&EntitySql::make_find>::sql;
  static constexpr const StaticSql& count = BuiltSql<&EntitySql::make_count>::sql;
  static constexpr const StaticSql& insert = BuiltSql<&EntitySql::make_insert>::sql;
  static constexpr const StaticSql& update = BuiltSql<&EntitySql::make_update>::sql;
  static constexpr const StaticSql& erase = BuiltSql<&EntitySql::make_erase>::sql;

  /// Parameters: limit, offset.
  static constexpr const StaticSql& page(Order order) noexcept {
    return order == Order::newest_first
               ? BuiltSql<[] { return page_in(Order::newest_first); }>::sql
               : BuiltSql<[] { return page_in(Order::oldest_first); }>::sql;
  }
  /// Parameters: limit, the key of the last row before.
  static constexpr const StaticSql& page_after(Order order) noexcept {
    return order == Order::newest_first
               ? BuiltSql<[] { return page_behind(Order::newest_first); }>::sql
               : BuiltSql<[] { return page_behind(Order::oldest_first); }>::sql;
  }
};

}  // namespace tenancy::inline v0::detail
