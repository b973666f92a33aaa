#include "support/power_cut.hpp"

#include <algorithm>
#include <deque>
#include <fstream>
#include <stdexcept>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tenancy_test {
namespace {

/// The least that a disk writes at once.
constexpr std::size_t sector = 512;

using Bytes = std::vector<std::byte>;

int below(std::mt19937_64& random, int bound) {
  return std::uniform_int_distribution{0, bound - 1}(random);
}

/// A change of a file: bytes at an offset or, without bytes, a new size.
struct Change {
  std::size_t at;
  Bytes bytes;
  bool truncates;
  bool certain;      ///< On the disk.
  bool sync_failed;  ///< So that no later sync makes it certain.

  void apply(Bytes& image) const {
    if (truncates) {
      image.resize(at);
      return;
    }
    grow(image);
    std::ranges::copy(bytes, image.begin() + static_cast<std::ptrdiff_t>(at));
  }

  /// Some of its sectors. The file is as long as if all were there, which is the harder case.
  void apply_torn(Bytes& image, std::mt19937_64& random) const {
    if (truncates) {
      return;
    }
    grow(image);
    bool lands = false;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (i == 0 || (at + i) % sector == 0) {
        lands = below(random, 2) == 0;
      }
      if (lands) {
        image[at + i] = bytes[i];
      }
    }
  }

 private:
  void grow(Bytes& image) const { image.resize(std::max(image.size(), at + bytes.size())); }
};

}  // namespace

class VolatileDisk::File {
 public:
  /// `descriptor` was opened with O_PATH, which neither reads nor takes part in locking: closing it
  /// leaves SQLite's locks alone. While it is open, no new file gets the inode's number.
  File(int descriptor, Bytes durable) noexcept
      : descriptor_{descriptor}, durable_{std::move(durable)} {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(descriptor_); }

  void change(Change change) { changes_.push_back(std::move(change)); }

  [[nodiscard]] std::size_t unsynced() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(changes_, [](const Change& change) { return !change.certain; }));
  }

  [[nodiscard]] std::uint64_t failures() const noexcept { return failures_; }

  void synced(bool succeeded) {
    if (!succeeded) {
      ++failures_;
    }
    for (Change& change : changes_) {
      if (!succeeded) {
        change.sync_failed = true;
      } else if (!change.sync_failed) {
        change.certain = true;
      }
    }
    // Those behind an uncertain one have to wait for it: they may overlap.
    while (!changes_.empty() && changes_.front().certain) {
      changes_.front().apply(durable_);
      changes_.pop_front();
    }
  }

  [[nodiscard]] Bytes content(Kept kept, std::mt19937_64& random) const {
    Bytes image = durable_;
    // Either the disk wrote in order up to some point, or as it liked.
    const bool in_order = below(random, 2) == 0;
    const int last = below(random, static_cast<int>(changes_.size()) + 1);
    const int odds = 1 + below(random, 9);
    int index = 0;
    for (const Change& change : changes_) {
      const int position = index++;
      if (change.certain || kept == Kept::everything) {
        change.apply(image);
      } else if (kept == Kept::some) {
        if (in_order ? position == last : below(random, 8) == 0) {
          change.apply_torn(image, random);
        } else if (in_order ? position < last : below(random, 10) < odds) {
          change.apply(image);
        }
      }
    }
    return image;
  }

 private:
  int descriptor_;
  Bytes durable_;
  std::deque<Change> changes_;
  std::uint64_t failures_ = 0;
};

namespace {

/// Through SQLite's own descriptor: closing another one would drop the locks it holds.
Bytes read_all(sqlite3_file& file) {
  sqlite3_int64 size = 0;
  if (file.pMethods->xFileSize(&file, &size) != SQLITE_OK) {
    throw std::runtime_error{"the size of a file cannot be told"};
  }
  Bytes bytes(static_cast<std::size_t>(size));
  if (size > 0 &&
      file.pMethods->xRead(&file, bytes.data(), static_cast<int>(size), 0) != SQLITE_OK) {
    throw std::runtime_error{"a file cannot be read"};
  }
  return bytes;
}

void write_file(const std::filesystem::path& file, const Bytes& content) {
  std::ofstream out{file, std::ios::binary};
  out.write(reinterpret_cast<const char*>(content.data()),
            static_cast<std::streamsize>(content.size()));
  if (!out.flush()) {
    throw std::runtime_error{"cannot write " + file.string()};
  }
  std::filesystem::permissions(file, std::filesystem::perms{0600});
}

}  // namespace

VolatileDisk::VolatileDisk() = default;
VolatileDisk::~VolatileDisk() = default;

VolatileDisk::Handle VolatileDisk::opened(const char* path, int flags, sqlite3_file& real) {
  constexpr int library_made = SQLITE_OPEN_MAIN_DB;
  constexpr int folder_syncing =
      SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL;
  const int descriptor = ::open(path, O_PATH | O_CLOEXEC);
  struct stat status {};
  if (descriptor < 0 || ::fstat(descriptor, &status) != 0) {
    throw std::runtime_error{"a file that SQLite has just opened is gone"};
  }
  const std::scoped_lock lock{mutex_};
  auto& file = files_[{status.st_dev, status.st_ino}];
  const bool is_new = file == nullptr;
  if (is_new) {
    file = std::make_shared<File>(descriptor, read_all(real));
  } else {
    ::close(descriptor);
  }
  const bool had_content = is_new && status.st_size > 0;
  Name& name = names_[path];
  name.current = file;
  name.of_library = (flags & library_made) != 0;
  if (name.of_library || had_content) {
    name.durable = file;
  }
  return Handle{file, (flags & SQLITE_OPEN_CREATE) != 0 && (flags & folder_syncing) != 0,
                file->failures()};
}

void VolatileDisk::wrote(File& file, std::int64_t offset, std::span<const std::byte> bytes) {
  const std::scoped_lock lock{mutex_};
  file.change(Change{static_cast<std::size_t>(offset), Bytes(bytes.begin(), bytes.end()), false,
                     false, false});
}

void VolatileDisk::truncated(File& file, std::int64_t size) {
  const std::scoped_lock lock{mutex_};
  file.change(Change{static_cast<std::size_t>(size), {}, true, false, false});
}

bool VolatileDisk::synced(Handle& handle, bool succeeded) {
  const std::scoped_lock lock{mutex_};
  if (succeeded && handle.failures_known < handle.file->failures()) {
    handle.failures_known = handle.file->failures();
    return false;
  }
  handle.file->synced(succeeded);
  handle.failures_known = handle.file->failures();
  if (succeeded && std::exchange(handle.syncs_folder, false)) {
    sync_folder();
  }
  return succeeded;
}

void VolatileDisk::removed(const char* path, bool folder_synced) {
  const std::scoped_lock lock{mutex_};
  if (const auto name = names_.find(path); name != names_.end()) {
    name->second.current = nullptr;
  }
  if (folder_synced) {
    sync_folder();
  }
}

void VolatileDisk::sync_folder() {
  for (auto& [path, name] : names_) {
    name.durable = name.current;
  }
}

std::size_t VolatileDisk::unsynced() const {
  const std::scoped_lock lock{mutex_};
  std::size_t all = 0;
  for (const auto& [inode, file] : files_) {
    all += file->unsynced();
  }
  return all;
}

void VolatileDisk::materialise(const std::filesystem::path& from, const std::filesystem::path& to,
                               Kept kept, std::mt19937_64& random) const {
  const std::scoped_lock lock{mutex_};
  for (const auto& entry : std::filesystem::directory_iterator{from}) {
    const auto name = entry.path().filename();
    if (!names_.contains(entry.path().string()) && !name.string().ends_with("-shm")) {
      std::filesystem::copy_file(entry.path(), to / name);
    }
  }
  for (const auto& [path, name] : names_) {
    if (name.of_library && !std::filesystem::exists(path)) {
      continue;
    }
    const bool takes_current =
        kept == Kept::everything || (kept == Kept::some && below(random, 2) == 0);
    const auto& file = takes_current ? name.current : name.durable;
    if (file != nullptr) {
      write_file(to / std::filesystem::path{path}.filename(), file->content(kept, random));
    }
  }
}

}  // namespace tenancy_test
