#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace tenancy::inline v0::detail {

/// A place in a doubly linked ring; alone at first.
struct RingLink {
  RingLink() noexcept = default;
  RingLink(const RingLink&) = delete;
  RingLink& operator=(const RingLink&) = delete;
  ~RingLink() = default;

  [[nodiscard]] bool alone() const noexcept { return next == this; }

  void unlink() noexcept {
    previous->next = next;
    next->previous = previous;
    previous = next = this;
  }

  /// Puts a link that is alone in front of this one, which is the ring's end if this is its head.
  void append(RingLink& link) noexcept {
    link.previous = previous;
    link.next = this;
    previous->next = &link;
    previous = &link;
  }

  /// Moves all behind another head to the end of this ring.
  void append_all(RingLink& head) noexcept {
    if (head.alone()) {
      return;
    }
    head.next->previous = previous;
    previous->next = head.next;
    head.previous->next = this;
    previous = head.previous;
    head.previous = head.next = &head;
  }

  RingLink* previous = this;
  RingLink* next = this;
};

/// What lies in a `RoundWheel`.
struct RoundWheelEntry : RingLink {
  std::uint64_t due = 0;
};

/// Who is due in which round: a timing wheel of two levels, single rounds within the block of 64 at
/// hand and whole blocks beyond. An entry moves down a level once, so all is amortised constant.
///
/// Ownership: borrows its entries. Thread safety: thread-compatible.
class RoundWheel {
 public:
  /// How far ahead of the present round an entry may be due.
  static constexpr std::uint64_t horizon = 4032;

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// Adds an entry that is in no ring, behind all that are due in the same round or, when it is due
  /// at once, behind all that are due by now.
  void insert(RoundWheelEntry& entry, std::uint64_t due, std::uint64_t round) noexcept {
    catch_up(round);
    entry.due = due;
    place(entry);
    ++size_;
  }

  void erase(RoundWheelEntry& entry) noexcept {
    // The mark of a list that thereby became empty is taken away when its turn comes.
    entry.unlink();
    --size_;
  }

  /// The entry that is due first, and its round if that is later than the present one, which then
  /// becomes the present one. There must be an entry.
  RoundWheelEntry& first(std::uint64_t& round) noexcept {
    catch_up(round);
    if (ready_.alone()) {
      advance();
    }
    round = now_;
    return static_cast<RoundWheelEntry&>(*ready_.next);
  }

 private:
  static constexpr unsigned slot_bits = 6;
  static constexpr std::size_t slots = std::size_t{1} << slot_bits;
  static constexpr std::uint64_t slot_mask = slots - 1;

  static std::uint64_t first_of(std::uint64_t marks) noexcept {
    return static_cast<std::uint64_t>(std::countr_zero(marks));
  }
  static std::uint64_t mark(std::uint64_t slot) noexcept {
    return std::uint64_t{1} << (slot & slot_mask);
  }

  /// The marks of the blocks, beginning with that of the given one.
  [[nodiscard]] std::uint64_t blocks_from(std::uint64_t block) const noexcept {
    return std::rotr(blocks_marked_, static_cast<int>(block & slot_mask));
  }

  void place(RoundWheelEntry& entry) noexcept {
    if (entry.due <= now_) {
      ready_.append(entry);
    } else if ((entry.due ^ now_) <= slot_mask) {
      rounds_[entry.due & slot_mask].append(entry);
      rounds_marked_ |= mark(entry.due);
    } else {
      blocks_[(entry.due >> slot_bits) & slot_mask].append(entry);
      blocks_marked_ |= mark(entry.due >> slot_bits);
    }
  }

  void catch_up(std::uint64_t round) noexcept {
    if (round > now_) [[unlikely]] {
      move_to(round);
    }
  }

  /// Goes on to the first round in which an entry is due.
  [[gnu::noinline]] void advance() noexcept {
    do {
      if (rounds_marked_ != 0) {
        move_to((now_ & ~slot_mask) + first_of(rounds_marked_));
      } else {
        const std::uint64_t next_block = (now_ >> slot_bits) + 1;
        move_to((next_block + first_of(blocks_from(next_block))) << slot_bits);
      }
    } while (ready_.alone());
  }

  /// Makes a later round the present one: all that are due by then are ready.
  [[gnu::noinline]] void move_to(std::uint64_t round) noexcept {
    const std::uint64_t block = round >> slot_bits;
    const bool same_block = block == now_ >> slot_bits;
    const std::uint64_t last = same_block ? round & slot_mask : slot_mask;
    while (rounds_marked_ != 0 && first_of(rounds_marked_) <= last) {
      ready_.append_all(rounds_[first_of(rounds_marked_)]);
      rounds_marked_ &= rounds_marked_ - 1;
    }
    const std::uint64_t next_block = (now_ >> slot_bits) + 1;
    now_ = round;
    if (!same_block) {
      enter(block, next_block);
    }
  }

  /// Empties the blocks from `next` up to the one that now begins.
  void enter(std::uint64_t block, std::uint64_t next) noexcept {
    while (blocks_marked_ != 0) {
      const std::uint64_t earliest = next + first_of(blocks_from(next));
      if (earliest > block) {
        return;
      }
      blocks_marked_ &= ~mark(earliest);
      RingLink passed;
      passed.append_all(blocks_[earliest & slot_mask]);
      while (!passed.alone()) {
        auto& entry = static_cast<RoundWheelEntry&>(*passed.next);
        entry.unlink();
        place(entry);
      }
    }
  }

  std::uint64_t now_ = 0;
  std::uint64_t rounds_marked_ = 0;  ///< Lists of `rounds_` that may have entries.
  std::uint64_t blocks_marked_ = 0;  ///< Lists of `blocks_` that may have entries.
  std::size_t size_ = 0;
  RingLink ready_;                      ///< Due now or before.
  std::array<RingLink, slots> rounds_;  ///< Due later in this block.
  std::array<RingLink, slots> blocks_;  ///< Due in a later block.
};

}  // namespace tenancy::inline v0::detail
