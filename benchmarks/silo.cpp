// What a file per tenant costs with ten thousand tenants, some of which are asked far more often
// than others: reads in a second beside a store that keeps all of them in one file, file
// descriptors, memory, the first read of a file that is not open, and new tenants.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "command_line.hpp"
#include "figures.hpp"
#include "folder_on_disk.hpp"
#include "must.hpp"
#include "percentiles.hpp"
#include "side_by_side.hpp"
#include "silo/kind.hpp"
#include "silo/process_use.hpp"
#include "silo/zipf.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace tenancy_bench;
using Clock = std::chrono::steady_clock;
using enum Goal::Bound;

using Contexts = std::vector<tenancy::TenantContext>;

constexpr const char* pool = "the same reads with all tenants in one file";

double seconds_since(Clock::time_point begun) {
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

struct Population {
  Contexts contexts = {};
  double creations_per_second = 0;
};

/// Makes so many tenants, and then the rows of each.
Population populate(const tenancy::Authority& authority, std::size_t size) {
  Population made;
  made.contexts.reserve(size);
  std::vector<tenancy::TenantId> ids;
  const auto registry = authority.registry();
  const auto begun = Clock::now();
  for (std::size_t i = 0; i < size; ++i) {
    const std::string slug = "tenant-" + std::to_string(i);
    ids.push_back(must(registry.create({slug, slug})).id);
  }
  made.creations_per_second = static_cast<double>(size) / seconds_since(begun);
  const auto store = authority.store();
  for (const auto id : ids) {
    made.contexts.push_back(must(authority.enter(id)));
    std::vector<Note> notes;
    for (int n = 0; n < notes_per_tenant; ++n) {
      notes.push_back({note_id(n), "The title of a note", n});
    }
    check(tenancy::Repository<Note>{store, made.contexts.back()}.insert_many(notes));
  }
  return made;
}

/// Point reads in a second by two threads, of tenants that Zipf's law chooses.
double reads_per_second(const tenancy::Store& store, const Contexts& contexts, double seconds) {
  const Zipf zipf{contexts.size()};
  std::atomic<std::int64_t> reads = 0;
  std::vector<std::thread> readers;
  const auto begun = Clock::now();
  for (std::uint64_t reader = 1; reader <= 2; ++reader) {
    readers.emplace_back([&, state = 0x9e3779b97f4a7c15U * reader]() mutable {
      std::int64_t done = 0;
      while (seconds_since(begun) < seconds) {
        const tenancy::Repository<Note> notes{store, contexts[zipf.draw(state)]};
        check(notes.require(note_id(static_cast<int>(state % notes_per_tenant))));
        ++done;
      }
      reads += done;
    });
  }
  for (auto& reader : readers) {
    reader.join();
  }
  return static_cast<double>(reads) / seconds_since(begun);
}

/// Of reads of one tenant after the other, the median in microseconds.
double median_read(const tenancy::Store& store, const Contexts& contexts, std::size_t first,
                   std::size_t count) {
  std::vector<double> times;
  for (std::size_t i = first; i < first + count; ++i) {
    const tenancy::Repository<Note> notes{store, contexts[i]};
    const auto begun = Clock::now();
    check(notes.require(note_id(0)));
    times.push_back(seconds_since(begun) * 1e6);
  }
  return median(times);
}

/// What reading of a silo takes of the process, with so many files open at most.
void add_silo(Figures& figures, const std::filesystem::path& folder,
              const std::vector<tenancy::TenantId>& ids, std::size_t open_files, double seconds,
              double pool_reads) {
  const std::size_t memory = own_memory();
  const auto authority = open_kind(Kind::silo, folder, open_files);
  Contexts contexts;
  for (const auto id : ids) {
    contexts.push_back(must(authority.enter(id)));
  }
  const std::size_t with_contexts = own_memory();
  const double reads = reads_per_second(authority.store(), contexts, seconds);
  const std::string suffix = "_with_" + std::to_string(open_files) + "_open";
  figures.add({"reads_per_second" + suffix, reads, "1/s", ""});
  figures.add({"reads_share" + suffix, reads / pool_reads, "x", pool});
  figures.add({"descriptors" + suffix, static_cast<double>(open_descriptors()), "", "",
               Goal{at_most, static_cast<double>(open_files * 12 + 32)}});
  // A file's share, and what the control file and the contexts take whatever is open.
  constexpr double mib_of_file = 0.375;
  constexpr double mib_besides = 16;
  figures.add({"memory" + suffix, static_cast<double>(own_memory() - memory) / (1U << 20U), "MiB",
               "", Goal{at_most, static_cast<double>(open_files) * mib_of_file + mib_besides}});
  figures.add({"memory_of_contexts" + suffix,
               static_cast<double>(with_contexts - memory) / (1U << 20U), "MiB", ""});
  // Those that are asked least are not open.
  const std::size_t count = std::min<std::size_t>(open_files, ids.size() / 10);
  const std::size_t first = ids.size() - count;
  figures.add(
      {"cold_read" + suffix, median_read(authority.store(), contexts, first, count), "us", ""});
  figures.add(
      {"warm_read" + suffix, median_read(authority.store(), contexts, first, count), "us", ""});
}

}  // namespace

int main(int argc, char** argv) {
  auto line = parse_command_line(argc, argv);
  if (!line) {
    return EXIT_FAILURE;
  }
  const std::size_t size = line->sizes.empty() ? 10'000 : line->sizes.front();
  constexpr double default_seconds = 5;
  const double seconds = line->seconds.value_or(default_seconds);
  const TemporaryFolder folder{line->store.empty() ? folder_on_disk() : line->store};
  Figures figures;
  std::vector<tenancy::TenantId> ids;
  double pool_reads = 0;
  {
    std::cout << "Making " << size << " tenants in one file ..." << std::endl;
    const auto authority = open_kind(Kind::pool, folder.path(), 1);
    const auto population = populate(authority, size);
    figures.add({"pool_creations_per_second", population.creations_per_second, "1/s", ""});
    pool_reads = reads_per_second(authority.store(), population.contexts, seconds);
    figures.add({"pool_reads_per_second", pool_reads, "1/s", ""});
  }
  {
    std::cout << "Making " << size << " tenants in a file each ..." << std::endl;
    const auto authority = open_kind(Kind::silo, folder.path(), 64);
    const auto population = populate(authority, size);
    figures.add({"creations_per_second", population.creations_per_second, "1/s", ""});
    for (const auto& context : population.contexts) {
      ids.push_back(context.tenant());
    }
  }
  for (const std::size_t open_files : {std::size_t{64}, std::size_t{1024}}) {
    add_silo(figures, folder.path(), ids, open_files, seconds, pool_reads);
  }
  return report(figures, *line);
}
