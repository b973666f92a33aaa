#pragma once

#include <cstddef>
#include <cstdint>

namespace tenancy_bench {

/// What each side does, that many times a call.
///
/// Thread safety: thread-compatible.
class Cases {
 public:
  Cases() = default;
  Cases(const Cases&) = delete;
  Cases& operator=(const Cases&) = delete;
  virtual ~Cases() = default;

  // Inside one transaction, which is rolled back where rows are changed.
  virtual void point_read(std::size_t times) = 0;
  virtual void list_behind_cursor(std::size_t times) = 0;
  virtual void list_numbered(std::size_t times) = 0;
  virtual void stream(std::size_t times) = 0;
  virtual void insert(std::size_t times) = 0;
  virtual void update(std::size_t times) = 0;
  virtual void erase(std::size_t times) = 0;

  // Each in a transaction of its own, and on disk when it returns.
  virtual void one_shot_read(std::size_t times) = 0;
  virtual void one_shot_list(std::size_t times) = 0;
  virtual void one_shot_stream(std::size_t times) = 0;
  virtual void one_shot_insert(std::size_t times) = 0;
  virtual void one_shot_update(std::size_t times) = 0;
  virtual void one_shot_erase(std::size_t times) = 0;

  /// Of the rows that were streamed last; the same on all sides.
  [[nodiscard]] std::uint64_t streamed() const noexcept { return streamed_; }

 protected:
  void set_streamed(std::uint64_t checksum) noexcept { streamed_ = checksum; }

 private:
  std::uint64_t streamed_ = 0;
};

}  // namespace tenancy_bench
