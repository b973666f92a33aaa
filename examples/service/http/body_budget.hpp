#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace tenantd {

/// Bounds what the bodies of some requests and answers hold together, and with them what a larger
/// budget bounds: those of one peer within those of all, so that no peer takes the room of the
/// others.
///
/// Ownership: outlives its shares, and the larger budget outlives it.
/// Thread safety: thread-safe; shares are confined to whoever holds them.
/// Units and shapes: bytes. What a body holds up to `free_bytes` counts for nothing: connections
/// are bounded, and small ones find room whatever others send.
class BodyBudget {
 public:
  static constexpr std::size_t free_bytes = std::size_t{64} * 1024;

  /// What one body holds, until it is released or destroyed. One of no budget may grow as it likes.
  class Share {
   public:
    Share() noexcept = default;
    Share(Share&& other) noexcept
        : budget_{std::exchange(other.budget_, nullptr)}, counted_{other.counted_} {}
    Share& operator=(Share&& other) noexcept {
      if (this != &other) {
        release();
        budget_ = std::exchange(other.budget_, nullptr);
        counted_ = other.counted_;
      }
      return *this;
    }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() { release(); }

    /// Whether there is room for a body of that size; it is taken.
    [[nodiscard]] bool grow_to(std::size_t body) noexcept {
      const std::size_t wanted = body > free_bytes ? body - free_bytes : 0;
      if (budget_ == nullptr || wanted <= counted_) {
        return true;
      }
      if (!budget_->take(wanted - counted_)) {
        return false;
      }
      counted_ = wanted;
      return true;
    }

    /// The same, and what a smaller body leaves of the room is given back.
    [[nodiscard]] bool change_to(std::size_t body) noexcept {
      const std::size_t wanted = body > free_bytes ? body - free_bytes : 0;
      if (budget_ != nullptr && wanted < counted_) {
        budget_->give_back(std::exchange(counted_, wanted) - wanted);
      }
      return grow_to(body);
    }

    void release() noexcept {
      if (BodyBudget* const budget = std::exchange(budget_, nullptr)) {
        budget->give_back(counted_);
      }
    }

   private:
    friend class BodyBudget;

    explicit Share(BodyBudget& budget) noexcept : budget_{&budget} {}

    BodyBudget* budget_ = nullptr;
    std::size_t counted_ = 0;
  };

  explicit BodyBudget(std::size_t most, BodyBudget* whole = nullptr) noexcept
      : most_{most}, whole_{whole} {}

  [[nodiscard]] Share share() noexcept { return Share{*this}; }

 private:
  bool take(std::size_t bytes) noexcept {
    std::size_t held = held_.load(std::memory_order_relaxed);
    do {
      if (bytes > most_ - held) {
        return false;
      }
    } while (!held_.compare_exchange_weak(held, held + bytes, std::memory_order_relaxed));
    if (whole_ != nullptr && !whole_->take(bytes)) {
      held_.fetch_sub(bytes, std::memory_order_relaxed);
      return false;
    }
    return true;
  }
  void give_back(std::size_t bytes) noexcept {
    held_.fetch_sub(bytes, std::memory_order_relaxed);
    if (whole_ != nullptr) {
      whole_->give_back(bytes);
    }
  }

  std::size_t most_;
  BodyBudget* whole_;
  std::atomic<std::size_t> held_ = 0;
};

}  // namespace tenantd
