#include "durable_writes/report.hpp"

#include <array>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace tenancy_bench {
namespace {

using enum Table::Align;

constexpr const char* against_raw = "raw sqlite3 C API, a connection per thread";
constexpr const char* against_ceiling = "raw sqlite3 C API, one thread, the same batches";

struct NamedGoal {
  std::string_view figure;
  Goal::Bound bound;
  double value;
};

constexpr std::array<NamedGoal, 8> goals{{
    {"throughput_1_thread", Goal::Bound::at_least, 0.9},
    {"throughput_16_threads", Goal::Bound::at_least, 2.5},
    {"throughput_64_threads", Goal::Bound::at_least, 4},
    {"throughput_16_threads_sync_1ms", Goal::Bound::at_least, 7},
    {"share_of_ceiling_64_threads", Goal::Bound::at_least, 0.6},
    {"max_latency_ratio_16_threads", Goal::Bound::at_most, 1},
    {"max_latency_ratio_64_threads", Goal::Bound::at_most, 1},
    {"second_process_p99_ms", Goal::Bound::at_most, 50},
}};

std::optional<Goal> goal_of(std::string_view figure) {
  for (const auto& [name, bound, value] : goals) {
    if (name == figure) {
      return Goal{bound, value};
    }
  }
  return std::nullopt;
}

std::string added(const Setting& setting) {
  return decimal(static_cast<double>(setting.added.count()) / 1000, 1);
}

double milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

Series& Comparison::of(Side side) noexcept {
  switch (side) {
    case Side::library:
      return one_shot;
    case Side::library_in_unit:
      return in_unit;
    case Side::raw:
      return raw;
    case Side::ceiling:
      break;
  }
  return ceiling;
}

Report::Report()
    : sides_{{{"added ms", right},
              {"threads", right},
              {"side"},
              {"tx/s", right},
              {"syncs/tx", right},
              {"rows/commit", right},
              {"sync ms", right},
              {"p50 ms", right},
              {"p99", right},
              {"p99.9", right},
              {"max", right},
              {"Jain", right},
              {"min/max", right},
              {"refused", right}}},
      intrusions_{{{"added ms", right},
                   {"second process"},
                   {"beside 16 threads of"},
                   {"their tx/s", right},
                   {"writes", right},
                   {"refused", right},
                   {"opening ms", right},
                   {"p50 ms", right},
                   {"p99", right},
                   {"max", right}}} {}

void Report::add(const Comparison& comparison) {
  const Setting& setting = comparison.setting;
  add_side(setting, "library", comparison.one_shot);
  add_side(setting, "unit", comparison.in_unit);
  add_side(setting, "raw", comparison.raw);
  add_side(setting, "ceiling", comparison.ceiling);

  const std::string name = setting.name();
  add_figure({"throughput_" + name, comparison.one_shot.throughput_against(comparison.raw), "x",
              against_raw});
  add_figure({"unit_throughput_" + name, comparison.in_unit.throughput_against(comparison.raw), "x",
              against_raw});
  add_figure({"share_of_ceiling_" + name,
              comparison.one_shot.throughput_against(comparison.ceiling), "x", against_ceiling});
  add_figure({"max_latency_ratio_" + name,
              comparison.one_shot.latencies().max_ms / comparison.raw.latencies().max_ms, "x",
              against_raw});
}

void Report::add_side(const Setting& setting, const char* side, const Series& series) {
  const Percentiles waits = series.latencies();
  const double throughput = series.median_of(&Measured::transactions_per_second);
  const double syncs = series.median_of(&Measured::syncs_per_transaction);
  const double rows = series.median_of(&Measured::rows_per_commit);
  const double sync = series.median_of(&Measured::sync_milliseconds);
  const double jain = series.median_of(&Measured::jain_index);
  const double share = series.median_of(&Measured::min_max_share);
  const auto refused = static_cast<double>(series.refused());
  sides_.add({added(setting), std::to_string(setting.threads), side, decimal(throughput, 0),
              decimal(syncs, 3), decimal(rows, 1), decimal(sync, 3), decimal(waits.p50_ms, 3),
              decimal(waits.p99_ms, 2), decimal(waits.p999_ms, 2), decimal(waits.max_ms, 2),
              decimal(jain, 3), decimal(share, 2), decimal(refused, 0)});

  const auto add = [&](const char* what, double value, const char* unit) {
    all_.add({std::string{side} + "_" + what + "_" + setting.name(), value, unit, ""});
  };
  add("transactions_per_second", throughput, "1/s");
  add("syncs_per_transaction", syncs, "");
  add("rows_per_commit", rows, "");
  add("sync_ms", sync, "ms");
  add("p50_ms", waits.p50_ms, "ms");
  add("p99_ms", waits.p99_ms, "ms");
  add("p999_ms", waits.p999_ms, "ms");
  add("max_ms", waits.max_ms, "ms");
  add("jain_index", jain, "");
  add("min_max_share", share, "");
  add("refused", refused, "");
}

void Report::add(const Intrusion& intrusion) {
  const Percentiles waits = percentiles(intrusion.seen.latencies);
  const double opening = milliseconds(intrusion.seen.opening);
  const bool through_library = intrusion.kind == SecondProcess::Kind::library;
  const bool beside_library = intrusion.beside == Side::library;
  intrusions_.add({added(intrusion.setting), through_library ? "library" : "raw",
                   beside_library ? "library" : "raw",
                   decimal(intrusion.transactions_per_second, 0), std::to_string(waits.samples),
                   std::to_string(intrusion.seen.refused), decimal(opening, 1),
                   decimal(waits.p50_ms, 2), decimal(waits.p99_ms, 2), decimal(waits.max_ms, 2)});

  const auto add = [&](const std::string& what, double value, const char* unit) {
    const std::string name = std::string{through_library ? "" : "raw_"} + "second_process_" +
                             (beside_library ? "" : "beside_raw_") + what +
                             intrusion.setting.disk();
    add_figure(
        {name, value, unit, beside_library ? "16 threads of the library" : "16 raw threads"});
  };
  add("opening_ms", opening, "ms");
  add("p50_ms", waits.p50_ms, "ms");
  add("p99_ms", waits.p99_ms, "ms");
  add("max_ms", waits.max_ms, "ms");
  add("refused", static_cast<double>(intrusion.seen.refused), "");
}

void Report::add_figure(const Figure& figure) {
  Figure with_goal = figure;
  with_goal.goal = goal_of(figure.figure);
  comparing_.add(with_goal);
  all_.add(with_goal);
}

void Report::print(std::ostream& out) const {
  sides_.print(out);
  out << '\n';
  intrusions_.print(out);
  out << '\n';
  comparing_.print(out);
}

bool Report::write_json(const std::filesystem::path& file) const { return all_.write_json(file); }

}  // namespace tenancy_bench
