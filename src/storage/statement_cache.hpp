#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "tenancy/storage/detail/statement.hpp"

namespace tenancy::inline v0::detail {

/// The prepared statements of one connection, found by the address of their text or by their shape:
/// finding one neither allocates nor formats. When full it drops one that was not used for a while
/// (the clock or second-chance rule).
///
/// `Prepared` is the engine's statement, which knows whether it is `in_use`.
/// Thread safety: thread-compatible.
template <class Prepared>
class StatementCache {
 public:
  /// `capacity` is positive.
  explicit StatementCache(std::size_t capacity) : capacity_{capacity} {}

  /// A statement for the text, or the shape, that nobody uses, or nullptr.
  [[nodiscard]] Prepared* find_free(const StaticSql& sql) noexcept;
  [[nodiscard]] Prepared* find_free(const ShapedSql& sql) noexcept;

  /// Keeps a statement that was prepared because there was no free one. Those in use are never
  /// dropped, so that there may be more than the capacity while they are.
  Prepared& keep(const StaticSql& sql, std::unique_ptr<Prepared> statement);
  Prepared& keep(const ShapedSql& sql, std::unique_ptr<Prepared> statement);

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  /// How many statements were ever kept.
  [[nodiscard]] std::uint64_t prepared() const noexcept { return prepared_; }

 private:
  struct Entry {
    const StaticSql* sql;  ///< Null for those that have a shape.
    std::string shape;
    std::unique_ptr<Prepared> statement;
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
  Prepared& add(Entry*& first, Entry entry);
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

template <class Prepared>
typename StatementCache<Prepared>::Entry*& StatementCache<Prepared>::front_of(
    const StaticSql& sql) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(&sql);
  return recent_[(address / alignof(StaticSql)) % recent_.size()];
}

template <class Prepared>
Prepared* StatementCache<Prepared>::find_free(const StaticSql& sql) noexcept {
  Entry*& front = front_of(sql);
  if (front != nullptr && front->sql == &sql && !front->statement->in_use()) {
    front->used = true;
    return front->statement.get();
  }
  const auto found = by_text_.find(&sql);
  Entry* const free = found == by_text_.end() ? nullptr : first_free(found->second);
  if (free == nullptr) {
    return nullptr;
  }
  front = free;
  return free->statement.get();
}

template <class Prepared>
Prepared* StatementCache<Prepared>::find_free(const ShapedSql& sql) noexcept {
  const auto found = by_shape_.find(sql.shape);
  Entry* const free = found == by_shape_.end() ? nullptr : first_free(found->second);
  return free == nullptr ? nullptr : free->statement.get();
}

template <class Prepared>
typename StatementCache<Prepared>::Entry* StatementCache<Prepared>::first_free(
    Entry* entry) noexcept {
  while (entry != nullptr && entry->statement->in_use()) {
    entry = entry->sibling;
  }
  if (entry != nullptr) {
    entry->used = true;
  }
  return entry;
}

template <class Prepared>
Prepared& StatementCache<Prepared>::keep(const StaticSql& sql,
                                         std::unique_ptr<Prepared> statement) {
  make_room();
  return add(by_text_[&sql], Entry{&sql, {}, std::move(statement), nullptr, false});
}

template <class Prepared>
Prepared& StatementCache<Prepared>::keep(const ShapedSql& sql,
                                         std::unique_ptr<Prepared> statement) {
  make_room();
  std::string shape{sql.shape};
  return add(by_shape_[shape], Entry{nullptr, shape, std::move(statement), nullptr, false});
}

template <class Prepared>
Prepared& StatementCache<Prepared>::add(Entry*& first, Entry entry) {
  ++prepared_;
  entry.sibling = first;
  auto added = std::make_unique<Entry>(std::move(entry));
  Entry* const kept = added.get();
  // Behind the hand, so that all others are visited before it.
  entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(hand_), std::move(added));
  ++hand_;
  first = kept;
  return *first->statement;
}

template <class Prepared>
void StatementCache<Prepared>::make_room() {
  // Twice round: the first visit of an entry takes its second chance.
  for (std::size_t visits = 2 * entries_.size(); visits > 0 && entries_.size() >= capacity_;
       --visits) {
    hand_ %= entries_.size();
    Entry& entry = *entries_[hand_];
    if (entry.statement->in_use() || std::exchange(entry.used, false)) {
      ++hand_;
    } else {
      drop(hand_);
    }
  }
}

template <class Prepared>
void StatementCache<Prepared>::drop(std::size_t index) {
  const std::unique_ptr<Entry> dropped = std::move(entries_[index]);
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(index));

  if (dropped->sql == nullptr) {
    unlink(by_shape_, dropped->shape, *dropped);
    return;
  }
  if (Entry*& front = front_of(*dropped->sql); front == dropped.get()) {
    front = nullptr;
  }
  unlink(by_text_, dropped->sql, *dropped);
}

template <class Prepared>
template <class Map, class Key>
void StatementCache<Prepared>::unlink(Map& map, const Key& key, const Entry& dropped) {
  const auto found = map.find(key);
  Entry** link = &found->second;
  while (*link != &dropped) {
    link = &(*link)->sibling;
  }
  *link = dropped.sibling;
  if (found->second == nullptr) {
    map.erase(found);
  }
}

}  // namespace tenancy::inline v0::detail
