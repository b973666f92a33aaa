#include "tenancy/core/key_ring.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <map>
#include <optional>

#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tenancy/core/secret_bytes.hpp"

#include "core/file.hpp"
#include "core/random.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::FileDescriptor;

constexpr std::size_t key_size = 32;
constexpr std::size_t key_digits = 2 * key_size;
constexpr std::size_t max_file_size = 64 * 1024;
constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view preamble =
    "# Secret keys of a tenancy store. Keep this file out of backups of the database, readable\n"
    "# by its owner alone. Without it API keys and cursors that were given out are void.\n";

constexpr std::size_t purpose_count = 3;

std::string_view label(KeyPurpose purpose) noexcept {
  switch (purpose) {
    case KeyPurpose::api_key:
      return "tenancy key ring v1 api_key";
    case KeyPurpose::cursor:
      return "tenancy key ring v1 cursor";
    case KeyPurpose::key_check:
      return "tenancy key ring v1 key_check";
  }
  TENANCY_ASSERT(false, "a purpose of keys that does not exist");
}

const unsigned char* data(std::span<const std::byte> bytes) noexcept {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::array<std::byte, Mac::tag_size> keyed_hash(const SecretBytes& key,
                                                std::span<const std::byte> message) {
  std::array<std::byte, Mac::tag_size> tag{};
  const auto secret = key.unsafe_bytes();
  const int status = crypto_generichash(reinterpret_cast<unsigned char*>(tag.data()), tag.size(),
                                        data(message), message.size(), data(secret), secret.size());
  TENANCY_ASSERT(status == 0, "BLAKE2b refuses its arguments");
  return tag;
}

}  // namespace

/// One version: the key as it is stored and, derived from it, one key for each purpose.
struct KeyRing::State {
  struct Version {
    explicit Version(SecretBytes stored) : key{std::move(stored)} {
      detail::ensure_sodium();
      for (std::size_t i = 0; i < purpose_count; ++i) {
        const auto derived =
            keyed_hash(key, std::as_bytes(std::span{label(static_cast<KeyPurpose>(i))}));
        by_purpose[i] = SecretBytes::copy_of(derived);
      }
    }

    SecretBytes key;
    std::array<SecretBytes, purpose_count> by_purpose;
  };

  std::map<std::uint32_t, Version> versions;
};

namespace {

/// The text of a ring's file while it is put together; it is wiped and never reallocated.
class RingText {
 public:
  explicit RingText(std::size_t entries) {
    constexpr std::size_t longest_entry =
        std::numeric_limits<std::uint32_t>::digits10 + 4 + key_digits;
    text_.reserve(preamble.size() + entries * longest_entry);
    text_ += preamble;
  }
  RingText(const RingText&) = delete;
  RingText& operator=(const RingText&) = delete;
  ~RingText() { detail::wipe(std::as_writable_bytes(std::span{text_})); }

  void add(std::uint32_t version, const SecretBytes& key) {
    text_ += std::to_string(version);
    text_ += ':';
    std::array<char, key_digits + 1> hex{};
    const auto bytes = key.unsafe_bytes();
    sodium_bin2hex(hex.data(), hex.size(), data(bytes), bytes.size());
    text_.append(hex.data(), key_digits);
    text_ += '\n';
    detail::wipe(std::as_writable_bytes(std::span{hex}));
  }

  [[nodiscard]] std::string_view view() const noexcept { return text_; }

 private:
  std::string text_;
};

std::optional<SecretBytes> key_from_hex(std::string_view hex) {
  std::array<std::byte, key_size> bytes{};
  std::size_t size = 0;
  const char* end = nullptr;
  const int status = sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                    hex.data(), hex.size(), nullptr, &size, &end);
  // With an end pointer the decoder stops quietly at the first character that is no digit.
  const bool whole = status == 0 && size == key_size && end == hex.data() + hex.size();
  auto key = whole ? std::optional{SecretBytes::copy_of(bytes)} : std::nullopt;
  detail::wipe(bytes);
  return key;
}

Error malformed(std::size_t line, std::string_view why) {
  return Error{errc::invalid_key_ring,
               "key ring, line " + std::to_string(line) + ": " + std::string{why}};
}

struct Entry {
  std::uint32_t version;
  SecretBytes key;
};

Result<Entry> parse_entry(std::string_view entry, std::size_t line) {
  const auto colon = entry.find(':');
  if (colon == std::string_view::npos) {
    return malformed(line, "expected VERSION:KEY");
  }
  std::uint32_t version = 0;
  const char* const end = entry.data() + colon;
  const auto [stopped, failure] = std::from_chars(entry.data(), end, version);
  if (failure != std::errc{} || stopped != end || version == 0) {
    return malformed(line, "the version is a positive number of at most 32 bits");
  }
  auto key = key_from_hex(entry.substr(colon + 1));
  if (!key) {
    return malformed(line, "a key is 64 hexadecimal digits");
  }
  return Entry{version, std::move(*key)};
}

Error file_error(const std::filesystem::path& file, std::string_view what, std::error_code reason) {
  return Error{errc::key_ring_unavailable,
               "key ring " + file.string() + ": " + std::string{what} + ": " + reason.message()};
}

Error unsafe_file(const std::filesystem::path& file, std::string_view what) {
  return Error{errc::invalid_key_ring, "key ring " + file.string() + " " + std::string{what}};
}

Result<SecretBytes> read_file(const std::filesystem::path& path) {
  const FileDescriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (!file.is_open()) {
    if (errno == ELOOP) {
      return unsafe_file(path, "is a symbolic link, which could lead to another's keys");
    }
    return file_error(path, "cannot be opened", detail::last_system_error());
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    return file_error(path, "cannot be examined", detail::last_system_error());
  }
  if (!S_ISREG(status.st_mode)) {
    return unsafe_file(path, "is not a regular file");
  }
  if (status.st_uid != ::geteuid()) {
    return unsafe_file(path, "belongs to another user");
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return unsafe_file(path, "can be used by others: run chmod 600 on it");
  }
  if (status.st_size < 0 || static_cast<std::size_t>(status.st_size) > max_file_size) {
    return unsafe_file(path, "is larger than 64 KiB");
  }
  std::string text(max_file_size + 1, '\0');
  std::size_t size = 0;
  ssize_t got = 0;
  while ((got = ::read(file.get(), text.data() + size, text.size() - size)) != 0) {
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      const auto reason = detail::last_system_error();
      detail::wipe(std::as_writable_bytes(std::span{text}));
      return file_error(path, "cannot be read", reason);
    }
    size += static_cast<std::size_t>(got);
  }
  auto content = SecretBytes::copy_of(std::string_view{text}.substr(0, size));
  detail::wipe(std::as_writable_bytes(std::span{text}));
  return content;
}

/// A file of mode 0600 beside the ring's that is removed unless it was put in the ring's place.
class DraftFile {
 public:
  static Result<DraftFile> write(const std::filesystem::path& target, std::string_view text) {
    std::string name = target.string() + ".XXXXXX";
    const FileDescriptor file{::mkostemp(name.data(), O_CLOEXEC)};
    if (!file.is_open()) {
      return file_error(target, "cannot be created", detail::last_system_error());
    }
    DraftFile draft{name};
    std::error_code failure = detail::write_all(file, text);
    if (!failure && ::fsync(file.get()) != 0) {
      failure = detail::last_system_error();
    }
    if (failure) {
      return file_error(target, "cannot be written", failure);
    }
    return draft;
  }

  DraftFile(DraftFile&& other) noexcept : name_{std::exchange(other.name_, {})} {}
  DraftFile& operator=(DraftFile&&) = delete;
  DraftFile(const DraftFile&) = delete;
  DraftFile& operator=(const DraftFile&) = delete;
  ~DraftFile() {
    if (!name_.empty()) {
      ::unlink(name_.c_str());
    }
  }

  [[nodiscard]] const char* name() const noexcept { return name_.c_str(); }

 private:
  explicit DraftFile(std::string name) noexcept : name_{std::move(name)} {}

  std::string name_;
};

/// Puts a first key in place unless another process was quicker; either way there is a ring then.
Result<void> create_file(const std::filesystem::path& path) {
  RingText text{1};
  text.add(1, SecretBytes::random(key_size));
  BOOST_OUTCOME_TRY(const DraftFile draft, DraftFile::write(path, text.view()));
  if (::link(draft.name(), path.c_str()) != 0 && errno != EEXIST) {
    return file_error(path, "cannot be created", detail::last_system_error());
  }
  if (const auto failure = detail::sync_folder(detail::folder_of(path))) {
    return file_error(path, "cannot be synced", failure);
  }
  return success();
}

}  // namespace

KeyRing KeyRing::ephemeral() {
  auto state = std::make_shared<State>();
  state->versions.emplace(1, SecretBytes::random(key_size));
  return KeyRing{std::move(state)};
}

Result<KeyRing> KeyRing::parse(std::string_view text) {
  auto state = std::make_shared<State>();
  for (std::size_t line = 1; !text.empty(); ++line) {
    const auto line_end = std::min(text.find('\n'), text.size());
    std::string_view rest = text.substr(0, line_end);
    text.remove_prefix(std::min(line_end + 1, text.size()));
    rest = rest.substr(0, rest.find('#'));
    while (true) {
      rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
      if (rest.empty()) {
        break;
      }
      const auto entry_end = std::min(rest.find_first_of(blanks), rest.size());
      BOOST_OUTCOME_TRY(auto entry, parse_entry(rest.substr(0, entry_end), line));
      if (!state->versions.emplace(entry.version, std::move(entry.key)).second) {
        return malformed(line, "this version stands there twice");
      }
      rest.remove_prefix(entry_end);
    }
  }
  if (state->versions.empty()) {
    return Error{errc::invalid_key_ring, "the key ring holds no key"};
  }
  return KeyRing{std::move(state)};
}

Result<KeyRing> KeyRing::open(const std::filesystem::path& file) {
  std::error_code failure;
  const auto found = std::filesystem::symlink_status(file, failure);
  if (found.type() == std::filesystem::file_type::not_found) {
    BOOST_OUTCOME_TRY(create_file(file));
  }
  BOOST_OUTCOME_TRY(const SecretBytes content, read_file(file));
  auto ring = parse(content.unsafe_text());
  if (!ring) {
    return ring.error().with_context(file.string());
  }
  return ring;
}

Result<KeyRing> KeyRing::from_environment(const std::string& variable) {
  // The variable's memory belongs to the process; the library neither changes nor wipes it.
  const char* const text = std::getenv(variable.c_str());
  if (text == nullptr) {
    return Error{errc::key_ring_unavailable,
                 "the environment variable " + variable + " with the key ring is not set"};
  }
  auto ring = parse(text);
  if (!ring) {
    return ring.error().with_context(variable);
  }
  return ring;
}

Result<KeyRing> KeyRing::rotate(const std::filesystem::path& file) {
  BOOST_OUTCOME_TRY(open(file));
  // The lock is on the folder, since the file itself is replaced.
  const auto folder = detail::folder_of(file);
  const FileDescriptor lock{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  int locked = -1;
  do {
    locked = lock.is_open() ? ::flock(lock.get(), LOCK_EX) : -1;
  } while (locked != 0 && lock.is_open() && errno == EINTR);
  if (locked != 0) {
    return file_error(file, "cannot be locked", detail::last_system_error());
  }
  BOOST_OUTCOME_TRY(const KeyRing current, open(file));
  if (current.newest_version() == std::numeric_limits<std::uint32_t>::max()) {
    return unsafe_file(file, "has no versions left");
  }
  RingText text{current.state_->versions.size() + 1};
  for (const auto& [version, keys] : current.state_->versions) {
    text.add(version, keys.key);
  }
  text.add(current.newest_version() + 1, SecretBytes::random(key_size));
  if (text.view().size() > max_file_size) {
    return unsafe_file(file, "has no room for a further version: take the oldest out");
  }
  BOOST_OUTCOME_TRY(const DraftFile draft, DraftFile::write(file, text.view()));
  if (::rename(draft.name(), file.c_str()) != 0) {
    return file_error(file, "cannot be replaced", detail::last_system_error());
  }
  if (const auto failure = detail::sync_folder(folder)) {
    return file_error(file, "cannot be synced", failure);
  }
  return open(file);
}

std::uint32_t KeyRing::newest_version() const noexcept { return state_->versions.rbegin()->first; }

std::vector<std::uint32_t> KeyRing::versions() const {
  std::vector<std::uint32_t> all;
  all.reserve(state_->versions.size());
  for (const auto& [version, keys] : state_->versions) {
    all.push_back(version);
  }
  return all;
}

Mac KeyRing::authenticate(KeyPurpose purpose, std::span<const std::byte> message) const {
  const auto& [version, keys] = *state_->versions.rbegin();
  return Mac{version, keyed_hash(keys.by_purpose[static_cast<std::size_t>(purpose)], message)};
}

std::vector<Mac> KeyRing::authenticate_by_each(KeyPurpose purpose,
                                               std::span<const std::byte> message) const {
  std::vector<Mac> all;
  all.reserve(state_->versions.size());
  for (const auto& [version, keys] : state_->versions) {
    all.push_back(
        {version, keyed_hash(keys.by_purpose[static_cast<std::size_t>(purpose)], message)});
  }
  return all;
}

bool KeyRing::verify(KeyPurpose purpose, std::span<const std::byte> message, const Mac& mac) const {
  const auto found = state_->versions.find(mac.key_version);
  if (found == state_->versions.end()) {
    return false;
  }
  const auto expected =
      keyed_hash(found->second.by_purpose[static_cast<std::size_t>(purpose)], message);
  return sodium_memcmp(expected.data(), mac.tag.data(), expected.size()) == 0;
}

}  // namespace tenancy::inline v0
