#include "storage/sqlite/quota_vfs.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "tenancy/core/assert.hpp"

#include "storage/sqlite/secret_name.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

/// What a file without a name holds, in pieces, so that growing moves nothing.
class Content {
 public:
  explicit Content(QuotaVfs& owner) noexcept : owner_{owner} {}
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;
  ~Content() { shrink(0); }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// How much of it was there to read; the rest is zeros.
  std::size_t read(std::byte* target, std::size_t count, std::size_t at) const noexcept {
    const std::size_t there = at >= size_ ? 0 : std::min(count, size_ - at);
    for_each_part(at, there, [&](std::size_t piece, std::size_t offset, std::size_t part) {
      std::memcpy(target, pieces_[piece].get() + offset, part);
      target += part;
    });
    std::memset(target, 0, count - there);
    return there;
  }

  [[nodiscard]] int write(const std::byte* source, std::size_t count, std::size_t at) noexcept {
    if (const int code = grow(at + count); code != SQLITE_OK) {
      return code;
    }
    for_each_part(at, count, [&](std::size_t piece, std::size_t offset, std::size_t part) {
      std::memcpy(pieces_[piece].get() + offset, source, part);
      source += part;
    });
    size_ = std::max(size_, at + count);
    return SQLITE_OK;
  }

  void shrink(std::size_t size) noexcept {
    const std::size_t kept = pieces_for(size);
    while (pieces_.size() > kept) {
      pieces_.pop_back();
      owner_.give_back(piece_bytes);
    }
    size_ = std::min(size_, size);
  }

 private:
  static constexpr std::size_t piece_bytes = std::size_t{64} << 10U;

  static std::size_t pieces_for(std::size_t size) noexcept {
    return (size + piece_bytes - 1) / piece_bytes;
  }

  template <class Visit>
  static void for_each_part(std::size_t at, std::size_t count, Visit visit) {
    while (count > 0) {
      const std::size_t offset = at % piece_bytes;
      const std::size_t part = std::min(count, piece_bytes - offset);
      visit(at / piece_bytes, offset, part);
      at += part;
      count -= part;
    }
  }

  [[nodiscard]] int grow(std::size_t size) noexcept {
    while (pieces_.size() < pieces_for(size)) {
      if (!owner_.take(piece_bytes)) {
        return SQLITE_FULL;
      }
      try {
        pieces_.push_back(std::make_unique<std::byte[]>(piece_bytes));
      } catch (const std::bad_alloc&) {
        owner_.give_back(piece_bytes);
        return SQLITE_IOERR_NOMEM;
      }
    }
    return SQLITE_OK;
  }

  QuotaVfs& owner_;
  std::vector<std::unique_ptr<std::byte[]>> pieces_;
  std::size_t size_ = 0;
};

/// As SQLite lays a file out: its own part first.
struct File {
  sqlite3_file as_sqlite;
  Content* content;
};

Content& content_of(sqlite3_file* file) noexcept { return *reinterpret_cast<File*>(file)->content; }

int close_file(sqlite3_file* file) noexcept {
  delete &content_of(file);
  return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* target, int count, sqlite3_int64 at) noexcept {
  const auto wanted = static_cast<std::size_t>(count);
  const auto read =
      content_of(file).read(static_cast<std::byte*>(target), wanted, static_cast<std::size_t>(at));
  return read == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* file, const void* source, int count, sqlite3_int64 at) noexcept {
  return content_of(file).write(static_cast<const std::byte*>(source),
                                static_cast<std::size_t>(count), static_cast<std::size_t>(at));
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) noexcept {
  content_of(file).shrink(static_cast<std::size_t>(size));
  return SQLITE_OK;
}

int sync_file(sqlite3_file* /*file*/, int /*flags*/) noexcept { return SQLITE_OK; }

int size_of_file(sqlite3_file* file, sqlite3_int64* size) noexcept {
  *size = static_cast<sqlite3_int64>(content_of(file).size());
  return SQLITE_OK;
}

// Nobody else knows the file.
int change_lock(sqlite3_file* /*file*/, int /*level*/) noexcept { return SQLITE_OK; }

int check_reserved_lock(sqlite3_file* /*file*/, int* is_locked) noexcept {
  *is_locked = 0;
  return SQLITE_OK;
}

int control_file(sqlite3_file* /*file*/, int /*operation*/, void* /*argument*/) noexcept {
  return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file* /*file*/) noexcept { return 4096; }

int device_characteristics(sqlite3_file* /*file*/) noexcept { return 0; }

// Version 1: neither shared memory nor mapping.
constexpr sqlite3_io_methods methods{.iVersion = 1,
                                     .xClose = &close_file,
                                     .xRead = &read_file,
                                     .xWrite = &write_file,
                                     .xTruncate = &truncate_file,
                                     .xSync = &sync_file,
                                     .xFileSize = &size_of_file,
                                     .xLock = &change_lock,
                                     .xUnlock = &change_lock,
                                     .xCheckReservedLock = &check_reserved_lock,
                                     .xFileControl = &control_file,
                                     .xSectorSize = &sector_size,
                                     .xDeviceCharacteristics = &device_characteristics,
                                     .xShmMap = nullptr,
                                     .xShmLock = nullptr,
                                     .xShmBarrier = nullptr,
                                     .xShmUnmap = nullptr,
                                     .xFetch = nullptr,
                                     .xUnfetch = nullptr};

QuotaVfs& owner_of(sqlite3_vfs* vfs) noexcept { return *static_cast<QuotaVfs*>(vfs->pAppData); }
sqlite3_vfs* base_of(sqlite3_vfs* vfs) noexcept { return &owner_of(vfs).base(); }

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
              int* flags_out) noexcept {
  if (name != nullptr) {
    sqlite3_vfs* const base = base_of(vfs);
    return base->xOpen(base, name, file, flags, flags_out);
  }
  // Without methods SQLite does not close it.
  file->pMethods = nullptr;
  auto* const content = new (std::nothrow) Content{owner_of(vfs)};
  if (content == nullptr) {
    return SQLITE_IOERR_NOMEM;
  }
  reinterpret_cast<File*>(file)->content = content;
  file->pMethods = &methods;
  if (flags_out != nullptr) {
    *flags_out = flags;
  }
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync) noexcept {
  sqlite3_vfs* const base = base_of(vfs);
  return base->xDelete(base, name, sync);
}

int access_file(sqlite3_vfs* vfs, const char* name, int flags, int* answer) noexcept {
  sqlite3_vfs* const base = base_of(vfs);
  return base->xAccess(base, name, flags, answer);
}

int full_path(sqlite3_vfs* vfs, const char* name, int size, char* path) noexcept {
  sqlite3_vfs* const base = base_of(vfs);
  return base->xFullPathname(base, name, size, path);
}

int fill_randomly(sqlite3_vfs* vfs, int size, char* bytes) noexcept {
  sqlite3_vfs* const base = base_of(vfs);
  return base->xRandomness(base, size, bytes);
}

int sleep_for(sqlite3_vfs* vfs, int microseconds) noexcept {
  sqlite3_vfs* const base = base_of(vfs);
  return base->xSleep(base, microseconds);
}

int tell_time(sqlite3_vfs* vfs, double* time) noexcept {
  sqlite3_vfs* const base = base_of(vfs);
  return base->xCurrentTime(base, time);
}

int last_error(sqlite3_vfs* vfs, int size, char* text) noexcept {
  sqlite3_vfs* const base = base_of(vfs);
  return base->xGetLastError == nullptr ? 0 : base->xGetLastError(base, size, text);
}

int tell_time_as_number(sqlite3_vfs* vfs, sqlite3_int64* time) noexcept {
  sqlite3_vfs* const base = base_of(vfs);
  return base->xCurrentTimeInt64(base, time);
}

}  // namespace

QuotaVfs::QuotaVfs() : base_{sqlite3_vfs_find(nullptr)}, name_{secret_name("tenancy-")} {
  TENANCY_ASSERT(base_ != nullptr, "SQLite has no default VFS");
  vfs_.iVersion = base_->iVersion >= 2 ? 2 : 1;
  vfs_.szOsFile = std::max(base_->szOsFile, static_cast<int>(sizeof(File)));
  vfs_.mxPathname = base_->mxPathname;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = &open_file;
  vfs_.xDelete = &delete_file;
  vfs_.xAccess = &access_file;
  vfs_.xFullPathname = &full_path;
  // No extension is ever loaded: the functions for that stay empty.
  vfs_.xRandomness = &fill_randomly;
  vfs_.xSleep = &sleep_for;
  vfs_.xCurrentTime = &tell_time;
  vfs_.xGetLastError = &last_error;
  vfs_.xCurrentTimeInt64 = &tell_time_as_number;
  TENANCY_ASSERT(sqlite3_vfs_register(&vfs_, 0) == SQLITE_OK, "SQLite takes no further VFS");
}

QuotaVfs::~QuotaVfs() { sqlite3_vfs_unregister(&vfs_); }

bool QuotaVfs::take(std::size_t bytes) noexcept {
  if (bytes > quota_ || used_ > quota_ - bytes) {
    return false;
  }
  used_ += bytes;
  return true;
}

}  // namespace tenancy::inline v0::detail::sqlite
