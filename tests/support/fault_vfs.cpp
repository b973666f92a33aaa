#include "support/fault_vfs.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

#include "support/power_cut.hpp"

namespace tenancy_test {
namespace {

constexpr const char* vfs_name = "tenancy-faults";

constexpr bool fits(FaultKind kind, VfsCall call) noexcept {
  switch (kind) {
    case FaultKind::power_off:
      return true;
    case FaultKind::io_error:
      return call != VfsCall::shm_barrier && call != VfsCall::full_path;
    case FaultKind::disk_full:
      return call == VfsCall::write || call == VfsCall::shm_map;
    case FaultKind::short_read:
      return call == VfsCall::read;
    case FaultKind::cannot_open:
      return call == VfsCall::open || call == VfsCall::full_path;
    case FaultKind::busy:
      return call == VfsCall::lock || call == VfsCall::shm_lock;
  }
  return false;
}

/// What SQLite's own VFS says then.
int sqlite_code(FaultKind kind, VfsCall call) noexcept {
  if (kind == FaultKind::busy) {
    return SQLITE_BUSY;
  }
  switch (call) {
    case VfsCall::open:
      return SQLITE_CANTOPEN;
    case VfsCall::remove:
      return SQLITE_IOERR_DELETE;
    case VfsCall::access:
      return SQLITE_IOERR_ACCESS;
    case VfsCall::full_path:
      return SQLITE_CANTOPEN_FULLPATH;
    case VfsCall::read:
      return kind == FaultKind::short_read ? SQLITE_IOERR_SHORT_READ : SQLITE_IOERR_READ;
    case VfsCall::write:
      return kind == FaultKind::disk_full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    case VfsCall::truncate:
      return SQLITE_IOERR_TRUNCATE;
    case VfsCall::sync:
      return SQLITE_IOERR_FSYNC;
    case VfsCall::file_size:
      return SQLITE_IOERR_FSTAT;
    case VfsCall::lock:
      return SQLITE_IOERR_LOCK;
    case VfsCall::shm_map:
      return kind == FaultKind::disk_full ? SQLITE_IOERR_SHMSIZE : SQLITE_IOERR_SHMMAP;
    case VfsCall::shm_lock:
      return SQLITE_IOERR_SHMLOCK;
    case VfsCall::shm_barrier:
      break;
  }
  return SQLITE_IOERR;
}

}  // namespace

/// What SQLite calls. A file of this VFS is a `File` with the real one behind it.
struct FaultVfs::Callbacks {
  struct File {
    sqlite3_file base;
    FaultVfs* vfs;
    sqlite3_file* real;
    VolatileDisk::Handle* recorded;  ///< Owned; null without a disk and for temporary files.
  };

  static constexpr std::size_t alignment = alignof(std::max_align_t);
  static constexpr std::size_t header_size = (sizeof(File) + alignment - 1) / alignment * alignment;

  static FaultVfs& self(sqlite3_vfs* vfs) noexcept {
    return *static_cast<FaultVfs*>(vfs->pAppData);
  }
  static sqlite3_vfs* real(sqlite3_vfs* vfs) noexcept { return self(vfs).real_; }
  static File& of(sqlite3_file* file) noexcept { return *reinterpret_cast<File*>(file); }

  // The VFS.

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* to, int flags, int* out) {
    File& file = *new (to) File{{nullptr}, &self(vfs), nullptr, nullptr};
    file.real = reinterpret_cast<sqlite3_file*>(reinterpret_cast<std::byte*>(to) + header_size);
    // Without methods SQLite does not close what was not opened.
    file.real->pMethods = nullptr;
    if (const auto fault = file.vfs->next(VfsCall::open)) {
      return sqlite_code(fault->kind, VfsCall::open);
    }
    const int code = file.vfs->real_->xOpen(file.vfs->real_, path, file.real, flags, out);
    if (code != SQLITE_OK) {
      if (file.real->pMethods != nullptr) {
        file.real->pMethods->xClose(file.real);
      }
      return code;
    }
    if (VolatileDisk* const disk = file.vfs->disk_;
        disk != nullptr && path != nullptr && (flags & SQLITE_OPEN_DELETEONCLOSE) == 0) {
      file.recorded = new VolatileDisk::Handle{disk->opened(path, flags, *file.real)};
    }
    file.base.pMethods = &methods;
    return SQLITE_OK;
  }

  static int remove(sqlite3_vfs* vfs, const char* path, int sync_folder) {
    if (const auto fault = self(vfs).next(VfsCall::remove)) {
      return sqlite_code(fault->kind, VfsCall::remove);
    }
    const int code = real(vfs)->xDelete(real(vfs), path, sync_folder);
    if (code == SQLITE_OK && self(vfs).disk_ != nullptr) {
      self(vfs).disk_->removed(path, sync_folder != 0);
    }
    return code;
  }

  static int access(sqlite3_vfs* vfs, const char* path, int flags, int* answer) {
    if (const auto fault = self(vfs).next(VfsCall::access)) {
      return sqlite_code(fault->kind, VfsCall::access);
    }
    return real(vfs)->xAccess(real(vfs), path, flags, answer);
  }

  static int full_path(sqlite3_vfs* vfs, const char* path, int size, char* out) {
    if (const auto fault = self(vfs).next(VfsCall::full_path)) {
      return sqlite_code(fault->kind, VfsCall::full_path);
    }
    return real(vfs)->xFullPathname(real(vfs), path, size, out);
  }

  static void* dl_open(sqlite3_vfs* vfs, const char* path) {
    return real(vfs)->xDlOpen(real(vfs), path);
  }
  static void dl_error(sqlite3_vfs* vfs, int size, char* text) {
    real(vfs)->xDlError(real(vfs), size, text);
  }
  static void (*dl_symbol(sqlite3_vfs* vfs, void* library, const char* name))() {
    return real(vfs)->xDlSym(real(vfs), library, name);
  }
  static void dl_close(sqlite3_vfs* vfs, void* library) { real(vfs)->xDlClose(real(vfs), library); }
  static int randomness(sqlite3_vfs* vfs, int size, char* out) {
    return real(vfs)->xRandomness(real(vfs), size, out);
  }
  static int sleep(sqlite3_vfs* vfs, int microseconds) {
    {
      const std::scoped_lock lock{self(vfs).mutex_};
      if (self(vfs).skip_waits_ && !self(vfs).faults_.empty()) {
        return microseconds;
      }
    }
    return real(vfs)->xSleep(real(vfs), microseconds);
  }
  static int current_time(sqlite3_vfs* vfs, double* days) {
    return real(vfs)->xCurrentTime(real(vfs), days);
  }
  static int last_error(sqlite3_vfs* vfs, int size, char* text) {
    return real(vfs)->xGetLastError(real(vfs), size, text);
  }
  static int current_time_64(sqlite3_vfs* vfs, sqlite3_int64* milliseconds) {
    return real(vfs)->xCurrentTimeInt64(real(vfs), milliseconds);
  }
  static int set_system_call(sqlite3_vfs* vfs, const char* name, sqlite3_syscall_ptr call) {
    return real(vfs)->xSetSystemCall(real(vfs), name, call);
  }
  static sqlite3_syscall_ptr system_call(sqlite3_vfs* vfs, const char* name) {
    return real(vfs)->xGetSystemCall(real(vfs), name);
  }
  static const char* next_system_call(sqlite3_vfs* vfs, const char* name) {
    return real(vfs)->xNextSystemCall(real(vfs), name);
  }

  // Its files. Giving something back never fails: SQLite could do nothing about it.

  static int close(sqlite3_file* base) {
    File& file = of(base);
    delete file.recorded;
    return file.real->pMethods->xClose(file.real);
  }

  static int read(sqlite3_file* base, void* to, int size, sqlite3_int64 offset) {
    File& file = of(base);
    if (const auto fault = file.vfs->next(VfsCall::read)) {
      if (fault->kind == FaultKind::short_read) {
        std::memset(to, 0, static_cast<std::size_t>(size));
      }
      return sqlite_code(fault->kind, VfsCall::read);
    }
    return file.real->pMethods->xRead(file.real, to, size, offset);
  }

  static int write(sqlite3_file* base, const void* from, int size, sqlite3_int64 offset) {
    File& file = of(base);
    const std::span bytes{static_cast<const std::byte*>(from), static_cast<std::size_t>(size)};
    const auto fault = file.vfs->next(VfsCall::write);
    if (!fault) {
      return write_through(file, bytes, offset);
    }
    if (fault->kind == FaultKind::disk_full && grows(file, offset + size)) {
      write_through(file, bytes.first(bytes.size() / 2), offset);
    } else if (fault->cuts_power && file.recorded != nullptr) {
      // It was under way when the power went.
      file.vfs->disk_->wrote(*file.recorded->file, offset, bytes);
    }
    return sqlite_code(fault->kind, VfsCall::write);
  }

  static bool grows(File& file, sqlite3_int64 end) {
    sqlite3_int64 present = 0;
    return file.real->pMethods->xFileSize(file.real, &present) == SQLITE_OK && end > present;
  }

  static int write_through(File& file, std::span<const std::byte> bytes, sqlite3_int64 offset) {
    const int code = file.real->pMethods->xWrite(file.real, bytes.data(),
                                                 static_cast<int>(bytes.size()), offset);
    if (code == SQLITE_OK && file.recorded != nullptr) {
      file.vfs->disk_->wrote(*file.recorded->file, offset, bytes);
    }
    return code;
  }

  static int truncate(sqlite3_file* base, sqlite3_int64 size) {
    File& file = of(base);
    if (const auto fault = file.vfs->next(VfsCall::truncate)) {
      return sqlite_code(fault->kind, VfsCall::truncate);
    }
    const int code = file.real->pMethods->xTruncate(file.real, size);
    if (code == SQLITE_OK && file.recorded != nullptr) {
      file.vfs->disk_->truncated(*file.recorded->file, size);
    }
    return code;
  }

  /// The real file is not synced. What a sync is good for shows when the power fails, which is the
  /// disk's part here, and a real one would wait for all that others write to the same device.
  static int sync(sqlite3_file* base, int /*flags*/) {
    File& file = of(base);
    const auto fault = file.vfs->next(VfsCall::sync);
    const int code = fault ? sqlite_code(fault->kind, VfsCall::sync) : SQLITE_OK;
    if (file.recorded != nullptr && (!fault || fault->kind != FaultKind::power_off)) {
      const bool succeeded = file.vfs->disk_->synced(*file.recorded, code == SQLITE_OK);
      return succeeded || fault ? code : SQLITE_IOERR_FSYNC;
    }
    return code;
  }

  static int file_size(sqlite3_file* base, sqlite3_int64* size) {
    File& file = of(base);
    if (const auto fault = file.vfs->next(VfsCall::file_size)) {
      return sqlite_code(fault->kind, VfsCall::file_size);
    }
    return file.real->pMethods->xFileSize(file.real, size);
  }

  static int lock(sqlite3_file* base, int level) {
    File& file = of(base);
    if (const auto fault = file.vfs->next(VfsCall::lock)) {
      return sqlite_code(fault->kind, VfsCall::lock);
    }
    return file.real->pMethods->xLock(file.real, level);
  }

  static int unlock(sqlite3_file* base, int level) {
    return of(base).real->pMethods->xUnlock(of(base).real, level);
  }
  static int check_reserved_lock(sqlite3_file* base, int* answer) {
    return of(base).real->pMethods->xCheckReservedLock(of(base).real, answer);
  }
  static int file_control(sqlite3_file* base, int operation, void* argument) {
    return of(base).real->pMethods->xFileControl(of(base).real, operation, argument);
  }
  static int sector_size(sqlite3_file* base) {
    return of(base).real->pMethods->xSectorSize(of(base).real);
  }
  static int device_characteristics(sqlite3_file* base) {
    return of(base).real->pMethods->xDeviceCharacteristics(of(base).real);
  }

  static int shm_map(sqlite3_file* base, int region, int size, int extend, void volatile** out) {
    File& file = of(base);
    if (const auto fault = file.vfs->next(VfsCall::shm_map)) {
      *out = nullptr;
      return sqlite_code(fault->kind, VfsCall::shm_map);
    }
    return file.real->pMethods->xShmMap(file.real, region, size, extend, out);
  }

  static int shm_lock(sqlite3_file* base, int offset, int count, int flags) {
    File& file = of(base);
    if ((flags & SQLITE_SHM_LOCK) != 0) {
      if (const auto fault = file.vfs->next(VfsCall::shm_lock)) {
        return sqlite_code(fault->kind, VfsCall::shm_lock);
      }
    }
    return file.real->pMethods->xShmLock(file.real, offset, count, flags);
  }

  static void shm_barrier(sqlite3_file* base) {
    static_cast<void>(of(base).vfs->next(VfsCall::shm_barrier));
    of(base).real->pMethods->xShmBarrier(of(base).real);
  }
  static int shm_unmap(sqlite3_file* base, int remove_it) {
    return of(base).real->pMethods->xShmUnmap(of(base).real, remove_it);
  }

  // No page is given out as memory: reading it could not fail, and writing it would go unseen.
  static int fetch(sqlite3_file* /*base*/, sqlite3_int64 /*offset*/, int /*size*/, void** out) {
    *out = nullptr;
    return SQLITE_OK;
  }
  static int unfetch(sqlite3_file* /*base*/, sqlite3_int64 /*offset*/, void* /*page*/) {
    return SQLITE_OK;
  }

  static constexpr sqlite3_io_methods methods{3,
                                              &close,
                                              &read,
                                              &write,
                                              &truncate,
                                              &sync,
                                              &file_size,
                                              &lock,
                                              &unlock,
                                              &check_reserved_lock,
                                              &file_control,
                                              &sector_size,
                                              &device_characteristics,
                                              &shm_map,
                                              &shm_lock,
                                              &shm_barrier,
                                              &shm_unmap,
                                              &fetch,
                                              &unfetch};
};

std::string_view to_string(VfsCall call) noexcept {
  constexpr std::array<std::string_view, vfs_call_count> names{
      "open", "remove",    "access", "full_path", "read",     "write",      "truncate",
      "sync", "file_size", "lock",   "shm_map",   "shm_lock", "shm_barrier"};
  return names.at(static_cast<std::size_t>(call));
}

std::string_view to_string(FaultKind kind) noexcept {
  constexpr std::array<std::string_view, 6> names{"io_error",    "disk_full", "short_read",
                                                  "cannot_open", "busy",      "power_off"};
  return names.at(static_cast<std::size_t>(kind));
}

std::string to_string(const Fault& fault) {
  std::string text{to_string(fault.kind)};
  text += fault.persistent ? " from call " : " at call ";
  text += std::to_string(fault.nth);
  if (fault.only) {
    text += " of kind ";
    text += to_string(*fault.only);
  }
  return text;
}

std::span<const FaultKind> faults_of(VfsCall call) noexcept {
  constexpr static std::array io_error{FaultKind::io_error};
  constexpr static std::array reading{FaultKind::io_error, FaultKind::short_read};
  constexpr static std::array writing{FaultKind::io_error, FaultKind::disk_full};
  constexpr static std::array locking{FaultKind::io_error, FaultKind::busy};
  constexpr static std::array opening{FaultKind::cannot_open};
  switch (call) {
    case VfsCall::open:
    case VfsCall::full_path:
      return opening;
    case VfsCall::read:
      return reading;
    case VfsCall::write:
    case VfsCall::shm_map:
      return writing;
    case VfsCall::lock:
    case VfsCall::shm_lock:
      return locking;
    case VfsCall::remove:
    case VfsCall::access:
    case VfsCall::truncate:
    case VfsCall::sync:
    case VfsCall::file_size:
      return io_error;
    case VfsCall::shm_barrier:
      break;
  }
  return {};
}

FaultVfs::FaultVfs(VolatileDisk* disk) : disk_{disk}, real_{sqlite3_vfs_find(nullptr)}, shim_{} {
  if (real_ == nullptr || real_->iVersion < 3 || std::string_view{real_->zName} == vfs_name) {
    throw std::runtime_error{"no VFS to stand upon"};
  }
  shim_.iVersion = 3;
  shim_.szOsFile = static_cast<int>(Callbacks::header_size) + real_->szOsFile;
  shim_.mxPathname = real_->mxPathname;
  shim_.zName = vfs_name;
  shim_.pAppData = this;
  shim_.xOpen = &Callbacks::open;
  shim_.xDelete = &Callbacks::remove;
  shim_.xAccess = &Callbacks::access;
  shim_.xFullPathname = &Callbacks::full_path;
  shim_.xDlOpen = &Callbacks::dl_open;
  shim_.xDlError = &Callbacks::dl_error;
  shim_.xDlSym = &Callbacks::dl_symbol;
  shim_.xDlClose = &Callbacks::dl_close;
  shim_.xRandomness = &Callbacks::randomness;
  shim_.xSleep = &Callbacks::sleep;
  shim_.xCurrentTime = &Callbacks::current_time;
  shim_.xGetLastError = &Callbacks::last_error;
  shim_.xCurrentTimeInt64 = &Callbacks::current_time_64;
  shim_.xSetSystemCall = &Callbacks::set_system_call;
  shim_.xGetSystemCall = &Callbacks::system_call;
  shim_.xNextSystemCall = &Callbacks::next_system_call;
  if (sqlite3_vfs_register(&shim_, 1) != SQLITE_OK) {
    throw std::runtime_error{"the VFS cannot be registered"};
  }
}

FaultVfs::~FaultVfs() {
  sqlite3_vfs_unregister(&shim_);
  sqlite3_vfs_register(real_, 1);
}

void FaultVfs::arm(std::vector<Fault> faults) {
  const std::scoped_lock lock{mutex_};
  faults_ = std::move(faults);
  calls_.clear();
  counts_ = {};
  failed_ = 0;
  power_is_off_ = false;
}

void FaultVfs::disarm() {
  const std::scoped_lock lock{mutex_};
  faults_.clear();
  power_is_off_ = false;
}

void FaultVfs::skip_waits(bool skip) {
  const std::scoped_lock lock{mutex_};
  skip_waits_ = skip;
}

std::vector<VfsCall> FaultVfs::calls() const {
  const std::scoped_lock lock{mutex_};
  return calls_;
}

std::uint64_t FaultVfs::failed() const {
  const std::scoped_lock lock{mutex_};
  return failed_;
}

std::optional<FaultVfs::Failure> FaultVfs::next(VfsCall call) {
  const std::scoped_lock lock{mutex_};
  calls_.push_back(call);
  const auto of_kind = ++counts_[static_cast<std::size_t>(call)];
  if (power_is_off_) {
    ++failed_;
    return Failure{FaultKind::power_off, false};
  }
  for (const Fault& fault : faults_) {
    if (fault.only.value_or(call) != call || !fits(fault.kind, call)) {
      continue;
    }
    const auto number = fault.only ? of_kind : calls_.size();
    if (number == fault.nth || (fault.persistent && number > fault.nth)) {
      ++failed_;
      power_is_off_ = fault.kind == FaultKind::power_off;
      return Failure{fault.kind, power_is_off_};
    }
  }
  return std::nullopt;
}

}  // namespace tenancy_test
