#include "mutant.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tenancy_mutant {
namespace {

// A byte for each mutant, in a file that all processes of a test share: what one of them noted
// stays when it is killed. coverage.py reads these bits.
constexpr unsigned char differs = 1;
constexpr unsigned char is_impossible = 2;
constexpr unsigned char is_possible = 4;

std::atomic<unsigned char*> noted{nullptr};
std::size_t noted_size = 0;

bool open_record(const char* path) noexcept {
  const int file = ::open(path, O_RDWR | O_CLOEXEC);
  struct stat status {};
  if (file < 0 || ::fstat(file, &status) != 0) {
    return false;
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  void* const bytes = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  if (bytes == MAP_FAILED) {
    return false;
  }
  noted_size = size;
  noted.store(static_cast<unsigned char*>(bytes), std::memory_order_release);
  return true;
}

/// Nothing where nothing is recorded.
void set(int mutant, unsigned char bit) noexcept {
  unsigned char* const bytes = noted.load(std::memory_order_acquire);
  if (const auto at = static_cast<std::size_t>(mutant); bytes != nullptr && at < noted_size) {
    std::atomic_ref{bytes[at]}.fetch_or(bit, std::memory_order_relaxed);
  }
}

}  // namespace

constinit std::atomic<int> chosen{unread};

int read_choice() noexcept {
  int choice = 0;
  if (const char* const number = std::getenv("TENANCY_MUTANT")) {
    choice = std::atoi(number);
  } else if (const char* const record = std::getenv("TENANCY_MUTANT_RECORD")) {
    // Better no test at all than one that records nothing.
    if (!open_record(record)) {
      std::abort();
    }
    choice = recording;
  }
  chosen.store(choice, std::memory_order_release);
  return choice;
}

void note(int mutant) noexcept { set(mutant, differs); }

void tell(int mutant, bool possible) noexcept {
  if (chosen.load(std::memory_order_relaxed) == unread) {
    read_choice();
  }
  set(mutant, possible ? is_possible : is_impossible);
}

std::string changed(std::string_view text, std::string_view from, std::string_view to) {
  std::string result{text};
  const auto at = result.find(from);
  if (at == std::string::npos) {
    std::fprintf(stderr, "mutant %d finds nothing to change\n", chosen.load());
    std::abort();
  }
  return result.replace(at, from.size(), to);
}

std::string_view replaced(int mutant, std::string_view text, std::string_view from,
                          std::string_view to) {
  return is_on(mutant) ? std::string_view{*new std::string{changed(text, from, to)}} : text;
}

}  // namespace tenancy_mutant
