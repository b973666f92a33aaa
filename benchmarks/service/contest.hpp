#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "figures.hpp"
#include "service/wrk.hpp"
#include "table.hpp"

namespace tenancy_bench {

/// A server, which must outlive this, and what its runs of one kind of request gave.
class Side {
 public:
  Side(std::string name, const ServerProcess& server) : name_{std::move(name)}, server_{&server} {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const ServerProcess& server() const noexcept { return *server_; }

  void add(const Load& load) { loads_.push_back(load); }

  [[nodiscard]] double median_of(double Load::*value) const;
  /// The median of the ratios round by round, since what disturbs a round disturbs both sides.
  [[nodiscard]] double throughput_against(const Side& other) const;
  /// The same of the processor time for each request.
  [[nodiscard]] double processor_time_against(const Side& other) const;
  /// The least and the most requests per second of a round.
  [[nodiscard]] std::string spread() const;

 private:
  std::string name_;
  const ServerProcess* server_;
  std::vector<Load> loads_ = {};
};

/// One kind of request, asked of several servers in turn; the service is the first of them.
class Contest {
 public:
  Contest(Kind kind, std::vector<Side> sides) : kind_{kind}, sides_{std::move(sides)} {}

  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] const Side& service() const { return sides_.front(); }
  /// Null when it does not take part.
  [[nodiscard]] const Side* find(const std::string& name) const;

  /// Warms each side up, then alternates between them. Returns how many requests each answered, the
  /// warming up included.
  std::vector<std::uint64_t> hold(const Wrk& wrk, double seconds);

  void print(Table& table) const;
  /// What the service and the others do in figures of the kind's name.
  void add_to(Figures& figures) const;

  /// Runs of each side, the warming up included.
  static constexpr int runs = 4;

 private:
  Kind kind_;
  std::vector<Side> sides_;
};

}  // namespace tenancy_bench
