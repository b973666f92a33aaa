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
  if (found == by_text_.end()) {
    return nullptr;
  }
  for (Entry* entry = found->second; entry != nullptr; entry = entry->sibling) {
    if (!entry->statement->in_use()) {
      entry->used = true;
      front = entry;
      return entry->statement.get();
    }
  }
  return nullptr;
}

SqliteStatement& StatementCache::keep(const StaticSql& sql,
                                      std::unique_ptr<SqliteStatement> statement) {
  make_room();
  ++prepared_;
  Entry*& first = by_text_[&sql];
  entries_.push_back(std::make_unique<Entry>(Entry{&sql, std::move(statement), first, false}));
  first = entries_.back().get();
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
  entries_[index] = std::move(entries_.back());
  entries_.pop_back();

  if (Entry*& front = front_of(*dropped->sql); front == dropped.get()) {
    front = nullptr;
  }
  const auto found = by_text_.find(dropped->sql);
  Entry** link = &found->second;
  while (*link != dropped.get()) {
    link = &(*link)->sibling;
  }
  *link = dropped->sibling;
  if (found->second == nullptr) {
    by_text_.erase(found);
  }
}

}  // namespace tenancy::inline v0::detail::sqlite
