#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "tenancy/data/detail/entity_traits.hpp"
#include "tenancy/storage/detail/statement.hpp"

namespace tenancy::inline v0::detail {

/// Writes SQL to `Out`, which takes characters.
template <class Out>
class SqlWriter {
 public:
  constexpr explicit SqlWriter(Out& out) noexcept : out_{out} {}

  constexpr SqlWriter& operator<<(std::string_view text) {
    for (const char c : text) {
      out_.push_back(c);
    }
    return *this;
  }
  constexpr SqlWriter& identifier(std::string_view name) { return *this << "\"" << name << "\""; }
  constexpr SqlWriter& parameter(std::size_t number) {
    out_.push_back('?');
    return this->number(number);
  }
  constexpr SqlWriter& number(std::size_t number) {
    std::array<char, 20> digits{};
    std::size_t count = 0;
    do {
      digits[count++] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    while (count != 0) {
      out_.push_back(digits[--count]);
    }
    return *this;
  }

 private:
  Out& out_;
};

/// The fixed statements of an entity. Parameter 1 is always the tenant, and a result's column 0 the
/// row's tenant, for the row check; the entity's columns follow in the mapping's order.
///
/// The other parameters are dense, from 2 on: of `insert` the columns; of `update` the columns that
/// it writes and the key; of the others the key.
template <Entity T>
class EntitySql {
  using Traits = EntityTraits<T>;

  static constexpr void write_key(auto& sql, std::size_t parameter) {
    for (const std::size_t key : Traits::keys) {
      (sql << " AND ").identifier(Traits::names[key]) << " = ";
      sql.parameter(parameter++);
    }
  }
  static constexpr void write_find(auto& sql) {
    sql << "SELECT tenant_id";
    for (const auto name : Traits::names) {
      (sql << ", ").identifier(name);
    }
    (sql << " FROM ").identifier(Traits::table) << " WHERE tenant_id = ?1";
    write_key(sql, 2);
  }
  static constexpr void write_insert(auto& sql) {
    (sql << "INSERT OR ABORT INTO ").identifier(Traits::table) << " (tenant_id";
    for (const auto name : Traits::names) {
      (sql << ", ").identifier(name);
    }
    if (Traits::has_version) {
      (sql << ", ").identifier(Traits::version_name());
    }
    sql << ") VALUES (?1";
    for (std::size_t i = 0; i < Traits::size; ++i) {
      (sql << ", ").parameter(i + 2);
    }
    sql << (Traits::has_version ? ", 1)" : ")");
  }
  static constexpr void write_update(auto& sql) {
    (sql << "UPDATE OR ABORT ").identifier(Traits::table) << " SET ";
    std::size_t parameter = 2;
    std::string_view separator;
    for (const std::size_t i : Traits::updated) {
      (sql << separator).identifier(Traits::names[i]) << " = ";
      sql.parameter(parameter++);
      separator = ", ";
    }
    if (Traits::has_version) {
      (sql << separator).identifier(Traits::version_name()) << " = ";
      sql.identifier(Traits::version_name()) << " + 1";
    }
    sql << " WHERE tenant_id = ?1";
    write_key(sql, parameter);
  }
  static constexpr void write_erase(auto& sql) {
    (sql << "DELETE FROM ").identifier(Traits::table) << " WHERE tenant_id = ?1";
    write_key(sql, 2);
  }

  struct Counter {
    std::size_t size = 0;
    constexpr void push_back(char /*c*/) noexcept { ++size; }
  };
  template <std::size_t Size>
  struct Filler {
    std::array<char, Size> characters{};
    std::size_t size = 0;
    constexpr void push_back(char c) noexcept { characters[size++] = c; }
  };
  /// What `write` writes, in an array of just its size.
  template <class Write>
  static constexpr auto build(Write write) {
    constexpr std::size_t size = [] {
      Counter counter;
      SqlWriter<Counter> sql{counter};
      Write{}(sql);
      return counter.size;
    }();
    Filler<size> filler;
    SqlWriter<Filler<size>> sql{filler};
    write(sql);
    return filler.characters;
  }

  static constexpr auto find_text = build([](auto& sql) { write_find(sql); });
  static constexpr auto insert_text = build([](auto& sql) { write_insert(sql); });
  static constexpr auto update_text = build([](auto& sql) { write_update(sql); });
  static constexpr auto erase_text = build([](auto& sql) { write_erase(sql); });

  template <std::size_t Size>
  static constexpr StaticSql sql_of(const std::array<char, Size>& text) noexcept {
    return StaticSql{{text.data(), text.size()}};
  }

 public:
  static constexpr StaticSql find = sql_of(find_text);
  static constexpr StaticSql insert = sql_of(insert_text);
  static constexpr StaticSql update = sql_of(update_text);
  static constexpr StaticSql erase = sql_of(erase_text);
};

}  // namespace tenancy::inline v0::detail
