#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "storage/sqlite/statement.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// The prepared statements of one connection, found by the address of their text or by their shape:
/// finding one neither allocates nor formats. When full it drops one that was not used for a while
/// (the clock or second-chance rule).
///
/// Thread safety: thread-compatible.
class StatementCache {
 public:
  /// `capacity` is positive.
  explicit StatementCache(std::size_t capacity) : capacity_{capacity} {}

  /// A statement for the text, or the shape, that nobody uses, or nullptr.
  [[nodiscard]] SqliteStatement* find_free(const StaticSql& sql) noexcept;
  [[nodiscard]] SqliteStatement* find_free(const ShapedSql& sql) noexcept;

  /// Keeps a statement that was prepared because there was no free one. Those in use are never
  /// dropped, so that there may be more than the capacity while they are.
  SqliteStatement& keep(const StaticSql& sql, std::unique_ptr<SqliteStatement> statement);
  SqliteStatement& keep(const ShapedSql& sql, std::unique_ptr<SqliteStatement> statement);

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  /// How many statements were ever kept.
  [[nodiscard]] std::uint64_t prepared() const noexcept { return prepared_; }

 private:
  struct Entry {
    const StaticSql* sql;  ///< Null for those that have a shape.
    std::string shape;
    std::unique_ptr<SqliteStatement> statement;
    Entry* sibling;  ///< Another statement of the same text.
    bool used;       ///< Again, since the hand last came by.
  };

  /// Finds texts by views of them.
  struct ShapeHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view shape) const noexcept {
      return std::hash<std::string_view>{}(shape);
    }
  };

  [[nodiscard]] Entry*& front_of(const StaticSql& sql) noexcept;
  static Entry* first_free(Entry* entry) noexcept;
  SqliteStatement& add(Entry*& first, Entry entry);
  void make_room();
  void drop(std::size_t index);
  template <class Map, class Key>
  static void unlink(Map& map, const Key& key, const Entry& dropped);

  const std::size_t capacity_;
  std::uint64_t prepared_ = 0;
  std::size_t hand_ = 0;  ///< Who is visited next; behind the last one it goes on at the first.
  std::vector<std::unique_ptr<Entry>> entries_;
  boost::unordered_flat_map<const StaticSql*, Entry*> by_text_;
  boost::unordered_flat_map<std::string, Entry*, ShapeHash, std::equal_to<>> by_shape_;
  /// What was found last, so that most look-ups end with one comparison.
  std::array<Entry*, 16> recent_{};
};

}  // namespace tenancy::inline v0::detail::sqlite
