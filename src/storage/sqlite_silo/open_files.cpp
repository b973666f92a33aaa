#include "storage/sqlite_silo/open_files.hpp"

#include <algorithm>
#include <iterator>

namespace tenancy::inline v0::detail::silo {

Result<TenantFile::Turn> TenantFile::Turn::take(TenantFile& file, const CallLimits& limits) {
  std::unique_lock lock{file.mutex_};
  if (!file.given_back_.wait_until(lock, limits.stop(), limits.wait_until(),
                                   [&] { return !file.is_taken_; })) {
    return limits.wait_ended(errc::overloaded, "a tenant's file to be brought up to date");
  }
  file.is_taken_ = true;
  return Turn{file};
}

TenantFile::Turn::~Turn() {
  if (file_ != nullptr) {
    const std::scoped_lock lock{file_->mutex_};
    file_->is_taken_ = false;
    file_->given_back_.notify_all();
  }
}

OpenFiles::Pin::~Pin() {
  if (files_ != nullptr && files_->process_.in_same_process()) {
    files_->give_back(*slot_);
  }
}

TenantFile& OpenFiles::Pin::operator*() const noexcept { return *slot_->file; }

Result<OpenFiles::Pin> OpenFiles::acquire(TenantId tenant, const CallLimits& limits, Open open) {
  std::unique_lock lock{mutex_};
  while (true) {
    const auto known = by_tenant_.find(tenant);
    if (known != by_tenant_.end() && known->second->file != nullptr) {
      slots_.splice(slots_.begin(), slots_, known->second);
      ++known->second->pins;
      return Pin{shared_from_this(), &*known->second};
    }
    if (known == by_tenant_.end() && slots_.size() < most_) {
      break;
    }
    if (known == by_tenant_.end()) {
      const auto unused = std::find_if(slots_.rbegin(), slots_.rend(), [](const Slot& slot) {
        return slot.file != nullptr && slot.pins == 0;
      });
      if (unused != slots_.rend()) {
        close(lock, std::prev(unused.base()));
        continue;
      }
    }
    // For the one who opens or closes this file, or for any file to be let go of.
    const auto seen = changes_;
    if (!changed_.wait_until(lock, limits.stop(), limits.wait_until(),
                             [&] { return changes_ != seen; })) {
      return limits.wait_ended(errc::overloaded, "one of the tenants' files that may be open");
    }
  }
  slots_.push_front(Slot{tenant});
  const auto slot = slots_.begin();
  // From here on nobody else opens it.
  try {
    by_tenant_.emplace(tenant, slot);
  } catch (...) {
    slots_.pop_front();
    throw;
  }
  lock.unlock();
  try {
    auto file = open();
    lock.lock();
    if (!file) {
      forget(slot);
      return std::move(file).error();
    }
    slot->file = std::move(file).value();
    slot->pins = 1;
    ++changes_;
    changed_.notify_all();
    return Pin{shared_from_this(), &*slot};
  } catch (...) {
    if (!lock.owns_lock()) {
      lock.lock();
    }
    forget(slot);
    throw;
  }
}

void OpenFiles::close(std::unique_lock<std::mutex>& lock, Slots::iterator slot) noexcept {
  // Its place stays taken until its descriptors are gone.
  auto file = std::move(slot->file);
  slot->file = nullptr;
  lock.unlock();
  past_alarms_.fetch_add(file->store->isolation_alarms(), std::memory_order_relaxed);
  file.reset();
  lock.lock();
  forget(slot);
}

void OpenFiles::forget(Slots::iterator slot) noexcept {
  by_tenant_.erase(slot->tenant);
  slots_.erase(slot);
  ++changes_;
  changed_.notify_all();
}

void OpenFiles::give_back(Slot& slot) noexcept {
  std::unique_lock lock{mutex_};
  if (--slot.pins != 0) {
    return;
  }
  if (slot.is_dropped) {
    close(lock, by_tenant_.find(slot.tenant)->second);
    return;
  }
  ++changes_;
  changed_.notify_all();
}

void OpenFiles::drop(TenantId tenant) noexcept {
  std::unique_lock lock{mutex_};
  const auto known = by_tenant_.find(tenant);
  if (known == by_tenant_.end()) {
    return;
  }
  // One that is just being opened goes with its first pin.
  known->second->is_dropped = true;
  if (known->second->file != nullptr && known->second->pins == 0) {
    close(lock, known->second);
  }
}

std::vector<std::shared_ptr<TenantFile>> OpenFiles::open_now() const {
  const std::scoped_lock lock{mutex_};
  std::vector<std::shared_ptr<TenantFile>> files;
  for (const Slot& slot : slots_) {
    if (slot.file != nullptr) {
      files.push_back(slot.file);
    }
  }
  return files;
}

}  // namespace tenancy::inline v0::detail::silo
