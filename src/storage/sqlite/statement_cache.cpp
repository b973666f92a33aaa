#include "storage/sqlite/statement_cache.hpp"

#include <utility>

namespace tenancy::inline v0::detail::sqlite {

StatementCache::Entry*& StatementCache::front_of(const StaticSql& sql) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(&sql);
  return recent_[(address / alignof(StaticSql)) % recent_.size()];
}

SqliteStatement* StatementCache::find_free(const StaticSql& sql) noexcept {
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

SqliteStatement* StatementCache::find_free(const ShapedSql& sql) noexcept {
  const auto found = by_shape_.find(sql.shape);
  Entry* const free = found == by_shape_.end() ? nullptr : first_free(found->second);
  return free == nullptr ? nullptr : free->statement.get();
}

StatementCache::Entry* StatementCache::first_free(Entry* entry) noexcept {
  while (entry != nullptr && entry->statement->in_use()) {
    entry = entry->sibling;
  }
  if (entry != nullptr) {
    entry->used = true;
  }
  return entry;
}

SqliteStatement& StatementCache::keep(const StaticSql& sql,
                                      std::unique_ptr<SqliteStatement> statement) {
  make_room();
  return add(by_text_[&sql], Entry{&sql, {}, std::move(statement), nullptr, false});
}

SqliteStatement& StatementCache::keep(const ShapedSql& sql,
                                      std::unique_ptr<SqliteStatement> statement) {
  make_room();
  std::string shape{sql.shape};
  return add(by_shape_[shape], Entry{nullptr, shape, std::move(statement), nullptr, false});
}

SqliteStatement& StatementCache::add(Entry*& first, Entry entry) {
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

void StatementCache::make_room() {
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

void StatementCache::drop(std::size_t index) {
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

template <class Map, class Key>
void StatementCache::unlink(Map& map, const Key& key, const Entry& dropped) {
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

}  // namespace tenancy::inline v0::detail::sqlite
