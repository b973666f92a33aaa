#include "crash/workload.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"

namespace tenancy_test {
namespace {

using tenancy::errc;
using tenancy::Error;
using tenancy::Repository;
using tenancy::Result;
using tenancy::WriteTransaction;

Note half_of(const tenancy::TenantContext& context, const std::string& id) {
  return Note{.id = id, .title = title_of(context, id), .stars = 1};
}

/// Both rows are there, and then the unit fails.
Result<void> fail_on_purpose(const tenancy::Store& store, const tenancy::TenantContext& context,
                             const std::string& key) {
  return store.write(context, [&](WriteTransaction& transaction) -> Result<void> {
    const Repository<Note> notes{transaction};
    BOOST_OUTCOME_TRY(notes.insert(half_of(context, key + "-a")));
    BOOST_OUTCOME_TRY(notes.insert(half_of(context, key + "-b")));
    return Error{errc::invalid_argument, "on purpose"};
  });
}

/// The second row is refused after the first was taken.
Result<void> break_a_rule(const tenancy::Store& store, const tenancy::TenantContext& context,
                          const std::string& key) {
  return store.write(context, [&](WriteTransaction& transaction) -> Result<void> {
    const Repository<Note> notes{transaction};
    const Note first = half_of(context, key + "-a");
    BOOST_OUTCOME_TRY(notes.insert(first));
    Note second = first;
    second.id = key + "-b";
    BOOST_OUTCOME_TRY(notes.insert(std::move(second)));
    return tenancy::success();
  });
}

/// An exception leaves the unit; an error is what kept it from getting that far.
std::optional<Error> throw_on_purpose(const tenancy::Store& store,
                                      const tenancy::TenantContext& context,
                                      const std::string& key) {
  try {
    const auto answer = store.write(context, [&](WriteTransaction& transaction) -> Result<void> {
      const Repository<Note> notes{transaction};
      BOOST_OUTCOME_TRY(notes.insert(half_of(context, key + "-a")));
      throw std::runtime_error{"on purpose"};
    });
    return answer ? std::nullopt : std::optional{answer.error()};
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

/// What another process may do at any time. Its failures are its own.
void checkpoint_from_outside(const std::filesystem::path& file) {
  try {
    SQLite::Database{file.string(), SQLite::OPEN_READWRITE}.exec("PRAGMA wal_checkpoint");
  } catch (const SQLite::Exception&) {
    return;
  }
}

/// The transactions of one thread, on pairs of its own.
class Worker {
 public:
  Worker(const OpenStore& open, std::size_t number, bool reads_may_lie, Ledger& ledger,
         Findings& findings)
      : open_{open},
        number_{number},
        reads_may_lie_{reads_may_lie},
        ledger_{ledger},
        findings_{findings} {}

  void step(int step) {
    const auto turn = static_cast<std::size_t>(step) + number_;
    const PairName pair{turn % tenant_count, name(step % 5)};
    const auto& context = open_.contexts.at(pair.tenant);
    const PairName unused{pair.tenant, name(step) + "-never"};
    switch (step % 8) {
      case 3:
        return expect(fail_on_purpose(open_.store, context, unused.key), errc::invalid_argument,
                      unused);
      case 5:
        return expect(break_a_rule(open_.store, context, unused.key), errc::already_exists, unused);
      case 6:
        if (const auto error = throw_on_purpose(open_.store, context, unused.key)) {
          check_answer(*error, reads_may_lie_, "a unit that throws", findings_);
        }
        ledger_.answered(unused, 1, Error{errc::invalid_argument, "thrown"});
        return look(unused);
      case 7:
        put(pair, 0, 0);
        return look(pair);
      default:
        put(pair, step + 1, step % 4 == 2 ? 6'000 : 0);
        return look(pair);
    }
  }

 private:
  [[nodiscard]] std::string name(int number) const {
    return "thread" + std::to_string(number_) + "-" + std::to_string(number);
  }

  void put(const PairName& pair, Version version, std::size_t padding) {
    const auto answer =
        put_pair(open_.store, open_.contexts.at(pair.tenant), pair.key, version, padding);
    ledger_.answered(pair, version, answer);
    if (!answer) {
      check_answer(answer.error(), reads_may_lie_, "a write", findings_);
    }
  }

  void expect(const Result<void>& answer, errc intended, const PairName& pair) {
    if (answer) {
      findings_.add("a unit that fails was committed");
    } else if (answer.error() != intended) {
      check_answer(answer.error(), reads_may_lie_, "a unit that fails", findings_);
    }
    // Whatever the answer: what failed before its commit cannot be there.
    ledger_.answered(pair, 1, Error{intended, "on purpose"});
  }

  void look(const PairName& pair) {
    const auto version = read_pair(open_.store, open_.contexts.at(pair.tenant), pair, findings_);
    if (!version) {
      check_answer(version.error(), reads_may_lie_, "a read", findings_);
    } else if (!ledger_.allows(pair, version.value())) {
      findings_.add("a read shows version " + std::to_string(version.value()) + " of " + pair.key +
                    ", which it cannot have");
    }
  }

  const OpenStore& open_;
  std::size_t number_;
  bool reads_may_lie_;
  Ledger& ledger_;
  Findings& findings_;
};

tenancy::StoreOptions options_of(const Workload& workload) {
  tenancy::StoreOptions options;
  options.readers = std::max<std::size_t>(2, workload.threads);
  options.wal.checkpoint_bytes = std::size_t{64} << 10U;
  return options;
}

}  // namespace

bool tells_lies(const std::vector<Fault>& faults) {
  return std::ranges::any_of(
      faults, [](const Fault& fault) { return fault.kind == FaultKind::short_read; });
}

void work_on(const OpenStore& open, const Workload& workload, bool reads_may_lie, Ledger& ledger,
             Findings& findings) {
  const auto work = [&](std::size_t number) {
    Worker worker{open, number, reads_may_lie, ledger, findings};
    for (int step = 0; step < workload.steps; ++step) {
      worker.step(step);
    }
  };
  std::vector<std::thread> others;
  for (std::size_t number = 1; number < workload.threads; ++number) {
    others.emplace_back(work, number);
  }
  work(0);
  for (auto& other : others) {
    other.join();
  }
}

void check_it_goes_on(const OpenStore& open, Ledger& ledger, Findings& findings) {
  constexpr int attempts = 5;
  for (std::size_t tenant = 0; tenant < tenant_count; ++tenant) {
    const PairName pair{tenant, "afterwards"};
    std::string last;
    for (int attempt = 1; attempt <= attempts; ++attempt) {
      const auto answer = put_pair(open.store, open.contexts.at(tenant), pair.key, attempt);
      ledger.answered(pair, attempt, answer);
      if (answer) {
        const auto version = read_pair(open.store, open.contexts.at(tenant), pair, findings);
        if (version && version.value() == attempt) {
          last.clear();
          break;
        }
        last = version ? "a read does not see the write" : version.error().to_string();
      } else {
        last = answer.error().to_string();
      }
    }
    if (!last.empty()) {
      findings.add("the store does not get over the fault: " + last);
    }
  }
}

std::vector<VfsCall> live_through(FaultVfs& vfs, const std::vector<Fault>& faults, Ending ending,
                                  const Template& original, const std::filesystem::path& folder,
                                  const Workload& workload, Ledger& ledger, Findings& findings) {
  const bool reads_may_lie = tells_lies(faults);
  vfs.arm(faults);
  // A host that cannot open its store tries again.
  for (const bool last : {false, true}) {
    if (last && ending == Ending::repaired) {
      vfs.disarm();
    }
    const auto open = original.open(folder, options_of(workload));
    if (!open) {
      check_answer(open.error(), reads_may_lie, "opening", findings);
      if (last && ending != Ending::never) {
        findings.add("the store cannot be opened once the fault is over: " +
                     open.error().to_string());
      }
      continue;
    }
    work_on(open.value(), workload, reads_may_lie, ledger, findings);
    if (workload.checkpoints) {
      checkpoint_from_outside(file_in(folder));
      work_on(open.value(), {.threads = 1, .steps = 3}, reads_may_lie, ledger, findings);
    }
    if (ending == Ending::repaired) {
      vfs.disarm();
    }
    if (ending != Ending::never) {
      check_it_goes_on(open.value(), ledger, findings);
    }
    break;
  }
  auto calls = vfs.calls();
  vfs.disarm();
  return calls;
}

}  // namespace tenancy_test
