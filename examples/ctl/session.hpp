#pragma once

#include <chrono>
#include <optional>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/principal.hpp"
#include "tenancy/registry/authority.hpp"

#include "ctl/confirm.hpp"
#include "ctl/interruption.hpp"
#include "ctl/options.hpp"
#include "ctl/output.hpp"

namespace tenantctl {

/// What one command works with: the options, the store, the output, and how long it may take.
class Session {
 public:
  Session(const Options& options, Output& output, const Interruption& interruption,
          std::optional<std::chrono::milliseconds> time);

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] Output& output() noexcept { return output_; }
  [[nodiscard]] const Interruption& interruption() const noexcept { return interruption_; }
  /// How long the command may take in all; none for no limit.
  [[nodiscard]] const std::optional<std::chrono::milliseconds>& time() const noexcept {
    return time_;
  }

  /// What each call to the store is held to: the end of the command's time, and signals.
  [[nodiscard]] tenancy::CallOptions call() const;

  /// The store, opened as it is: no step of its schema is applied.
  /// Errors: usage; those of `tenancy::open`.
  Outcome<tenancy::Authority*> authority();
  /// The registry for who gives the command. Errors: those of `authority`; usage for `--as`.
  Outcome<tenancy::TenantRegistry> registry();

  /// Asks, unless `--yes` was given. The time that a person takes is not the command's.
  Outcome<void> confirm(const Question& question);

 private:
  void start_clock();

  const Options& options_;
  Output& output_;
  const Interruption& interruption_;
  std::optional<std::chrono::milliseconds> time_;
  tenancy::CallOptions::Clock::time_point deadline_;
  std::optional<tenancy::Authority> authority_;
};

}  // namespace tenantctl
