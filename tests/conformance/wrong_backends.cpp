#include "conformance/wrong_backends.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tenancy/storage/backend.hpp"

#include "conformance/fronts.hpp"
#include "conformance/sessions.hpp"

namespace tenancy_test::wrong {
namespace {

using tenancy::CallOptions;
using tenancy::Dialect;
using tenancy::errc;
using tenancy::Error;
using tenancy::Result;
using tenancy::StoreKind;
using tenancy::StoreOptions;
using tenancy::success;
using tenancy::TenantContext;
using tenancy::backend::AsyncUnit;
using tenancy::backend::ControlSession;
using tenancy::backend::find_opener;
using tenancy::backend::ForwardingBackend;
using tenancy::backend::FunctionRef;
using tenancy::backend::Session;
using tenancy::backend::ShapedSql;
using tenancy::backend::Statement;
using tenancy::backend::StatementLease;
using tenancy::backend::StaticSql;
using tenancy::backend::StoreBackend;
using tenancy::backend::StoreInspection;
using tenancy::backend::StoreOpener;
using tenancy::backend::StoreOpening;
using tenancy::backend::UnitKind;
using tenancy::backend::ValueType;
using tenancy::backend::ValueView;

class Honest final : public ForwardingBackend {
 public:
  explicit Honest(Backend inner) : ForwardingBackend{std::move(inner)} {}
};

// --- isolation

/// Rows of all tenants answer its statements.
class UnfilteredSession final : public SessionBefore {
 public:
  using SessionBefore::SessionBefore;

  Result<StatementLease> prepare(const StaticSql& sql) override {
    return inner().prepare(kept_text(unfiltered(std::string{sql.text})));
  }
  Result<StatementLease> prepare(const ShapedSql& sql) override {
    return inner().prepare(kept_text(unfiltered(sql.write())));
  }

 private:
  static std::string unfiltered(std::string text) {
    constexpr std::string_view predicate = " WHERE tenant_id = ?1";
    const auto found = text.find(predicate);
    if (found != std::string::npos) {
      text.replace(found, predicate.size(), " WHERE (tenant_id = ?1 OR 1 = 1)");
    }
    return text;
  }
};

class ForgetsPredicate final : public BodiesBefore {
 public:
  using BodiesBefore::BodiesBefore;

 private:
  bool with(Session& session, TenantBody body) override {
    UnfilteredSession before{session};
    return body(before);
  }
};

/// Binds another tenant than the session's.
class LeakedSession final : public SessionBefore {
 public:
  LeakedSession(Session& inner, std::int64_t leaked) : SessionBefore{inner}, leaked_{leaked} {}

  Result<StatementLease> prepare(const StaticSql& sql) override {
    return bound(inner().prepare(sql));
  }
  Result<StatementLease> prepare(const ShapedSql& sql) override {
    return bound(inner().prepare(sql));
  }

 private:
  [[nodiscard]] Result<StatementLease> bound(Result<StatementLease> lease) const {
    if (lease) {
      lease.value()->bind_int64(1, leaked_);
    }
    return lease;
  }

  const std::int64_t leaked_;
};

/// The tenant of a transaction that failed stays on the connection for the next one.
class LeaksTenant final : public BodiesBefore {
 public:
  using BodiesBefore::BodiesBefore;

 private:
  bool with(Session& session, TenantBody body) override {
    const auto leaked = leaked_.exchange(0);
    LeakedSession before{session, leaked == 0 ? session.tenant_value() : leaked};
    try {
      const bool commits = body(before);
      leaked_ = commits ? 0 : session.tenant_value();
      return commits;
    } catch (...) {
      leaked_ = session.tenant_value();
      throw;
    }
  }

  std::atomic<std::int64_t> leaked_{0};
};

class DeafSession final : public SessionBefore {
 public:
  using SessionBefore::SessionBefore;
  Error report_foreign_row(const Statement& /*statement*/) override {
    return {errc::isolation_violation, "a row of another tenant came back"};
  }
};

class DoesNotPoison final : public BodiesBefore {
 public:
  using BodiesBefore::BodiesBefore;

 private:
  bool with(Session& session, TenantBody body) override {
    DeafSession before{session};
    return body(before);
  }
};

// --- the gate

/// Runs past the gate what it refused with one of these.
class PastGate : public ForwardingBackend {
 public:
  PastGate(Backend inner, std::vector<errc> let_in)
      : ForwardingBackend{std::move(inner)}, let_in_{std::move(let_in)} {}

  Result<void> read(UnitKind kind, const TenantContext& context, const CallOptions& options,
                    TenantBody body) override {
    auto outcome = inner()->read(kind, context, options, body);
    if (!is_let_in(outcome)) {
      return outcome;
    }
    return inner()->control_read(options, [&](ControlSession& control) {
      UngatedSession session{context, control, keys()};
      return body(session);
    });
  }
  Result<void> write(UnitKind kind, const TenantContext& context, const CallOptions& options,
                     TenantBody body) override {
    auto outcome = inner()->write(kind, context, options, body);
    if (!is_let_in(outcome)) {
      return outcome;
    }
    return inner()->control_write(options, [&](ControlSession& control) {
      UngatedSession session{context, control, keys()};
      return body(session);
    });
  }

 private:
  [[nodiscard]] bool is_let_in(const Result<void>& outcome) const {
    return !outcome && std::ranges::find(let_in_, outcome.error().code()) != let_in_.end();
  }

  const std::vector<errc> let_in_;
};

template <errc... LetIn>
class PastGateWith final : public PastGate {
 public:
  explicit PastGateWith(Backend inner) : PastGate{std::move(inner), {LetIn...}} {}
};

// --- commits

/// Says that an asynchronous write was kept, and keeps nothing.
class LosesCommits final : public ForwardingBackend {
 public:
  explicit LosesCommits(Backend inner) : ForwardingBackend{std::move(inner)} {}

  void async_write(const TenantContext& context, const CallOptions& options,
                   std::unique_ptr<AsyncUnit> unit) override {
    inner()->async_write(
        context, options,
        std::make_unique<UnitThrough>(std::move(unit), [](Session& session, TenantBody body) {
          static_cast<void>(body(session));
          return false;
        }));
  }
};

/// Keeps a store in memory for as long as anybody has it open.
class ForgetsWhenClosed final : public StoreOpener {
 public:
  [[nodiscard]] bool takes(std::string_view url) const noexcept override {
    return url.starts_with("wrong:");
  }
  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::sqlite; }
  Result<std::unique_ptr<StoreInspection>> inspect(std::string_view url,
                                                   const StoreOptions& options,
                                                   const CallOptions& call) const override {
    std::string file;
    {
      const std::scoped_lock lock{mutex_};
      const auto found = open_.find(url);
      if (const auto store = found == open_.end() ? nullptr : found->second.lock()) {
        BOOST_OUTCOME_TRY(const auto status, store->status(call));
        file = "sqlite:" + status.file.string();
      }
    }
    if (file.empty()) {
      return std::unique_ptr<StoreInspection>{};
    }
    BOOST_OUTCOME_TRY(const auto* const inner, find_opener(file, {}));
    return inner->inspect(file, options, call);
  }
  Result<Backend> open(std::string_view url, StoreOpening opening) const override {
    const std::scoped_lock lock{mutex_};
    auto& opened = open_[std::string{url}];
    if (const auto first = opened.lock()) {
      BOOST_OUTCOME_TRY(const auto status, first->status(opening.call));
      const std::optional<tenancy::KeyRing> keys = first->keys();
      const auto file = "sqlite:" + status.file.string();
      BOOST_OUTCOME_TRY(const auto* const inner, find_opener(file, {}));
      BOOST_OUTCOME_TRY(auto second,
                        inner->open(file, StoreOpening{.keys = keys,
                                                       .options = std::move(opening.options),
                                                       .call = opening.call}));
      return Backend{std::make_shared<Kept>(std::move(second), first)};
    }
    BOOST_OUTCOME_TRY(const auto* const inner, find_opener("sqlite::memory:", {}));
    BOOST_OUTCOME_TRY(auto first, inner->open("sqlite::memory:", std::move(opening)));
    opened = first;
    return first;
  }
  Result<Backend> open_to_migrate(std::string_view url, StoreOpening opening) const override {
    return open(url, std::move(opening));
  }
  Result<Backend> open_copy(std::string_view /*url*/, bool /*is_empty*/,
                            StoreOpening /*opening*/) const override {
    return Error{errc::not_supported, "there is no copy"};
  }
  [[nodiscard]] bool migrates_by_itself() const noexcept override { return true; }

 private:
  /// Keeps the first, whose folder it is in.
  class Kept final : public ForwardingBackend {
   public:
    Kept(Backend inner, Backend first)
        : ForwardingBackend{std::move(inner)}, first_{std::move(first)} {}

   private:
    const Backend first_;
  };

  mutable std::mutex mutex_;
  mutable std::map<std::string, std::weak_ptr<StoreBackend>, std::less<>> open_;
};

/// Commits whatever the unit says.
class SwallowsRollback final : public ForwardingBackend {
 public:
  explicit SwallowsRollback(Backend inner) : ForwardingBackend{std::move(inner)} {}

  Result<void> write(UnitKind kind, const TenantContext& context, const CallOptions& options,
                     TenantBody body) override {
    return inner()->write(kind, context, options, [&](Session& session) {
      static_cast<void>(body(session));
      return true;
    });
  }
};

/// Commits what a unit did before it threw.
class KeepsWhatThrew final : public ForwardingBackend {
 public:
  explicit KeepsWhatThrew(Backend inner) : ForwardingBackend{std::move(inner)} {}

  Result<void> write(UnitKind kind, const TenantContext& context, const CallOptions& options,
                     TenantBody body) override {
    std::exception_ptr thrown;
    auto outcome = inner()->write(kind, context, options, [&](Session& session) {
      try {
        return body(session);
      } catch (...) {
        thrown = std::current_exception();
        return true;
      }
    });
    if (thrown != nullptr) {
      std::rethrow_exception(thrown);
    }
    return outcome;
  }
};

/// What is to be kept as a whole is kept in parts.
class HalfSession final : public SessionBefore {
 public:
  using SessionBefore::SessionBefore;
  Result<void> all_or_nothing(FunctionRef<Result<void>()> body) override { return body(); }
};

class CommitsHalf final : public BodiesBefore {
 public:
  using BodiesBefore::BodiesBefore;

 private:
  bool with(Session& session, TenantBody body) override {
    HalfSession before{session};
    return body(before);
  }
};

/// Each statement of a read has a snapshot of its own.
class TearsSnapshot final : public ForwardingBackend {
 public:
  explicit TearsSnapshot(Backend inner) : ForwardingBackend{std::move(inner)} {}

  Result<void> read(UnitKind kind, const TenantContext& context, const CallOptions& options,
                    TenantBody body) override {
    // Who is let in is looked at before.
    BOOST_OUTCOME_TRY(inner()->read(kind, context, options, [](Session&) { return true; }));
    GatheringSession session{context, *inner(),
                             [&](bool /*writes*/, GatheringSession::Body statement) {
                               return inner()->read(UnitKind::any, context, options, statement);
                             }};
    static_cast<void>(body(session));
    return success();
  }
};

/// What was given last is done first.
class Reorders final : public ForwardingBackend {
 public:
  explicit Reorders(Backend inner)
      : ForwardingBackend{std::move(inner)}, thread_{[this] { work(); }} {}
  ~Reorders() override {
    {
      const std::scoped_lock lock{mutex_};
      is_over_ = true;
      changed_.notify_one();
    }
    thread_.join();
  }

  void async_write(const TenantContext& context, const CallOptions& options,
                   std::unique_ptr<AsyncUnit> unit) override {
    const std::scoped_lock lock{mutex_};
    waiting_.push_back({context, options, std::move(unit)});
    changed_.notify_one();
  }

 private:
  struct Waiting {
    TenantContext context;
    CallOptions options;
    std::unique_ptr<AsyncUnit> unit;
  };

  void work() {
    std::unique_lock lock{mutex_};
    while (true) {
      changed_.wait(lock, [this] { return is_over_ || !waiting_.empty(); });
      // Whatever is given meanwhile comes before.
      changed_.wait_for(lock, std::chrono::milliseconds{20}, [this] { return is_over_; });
      if (waiting_.empty()) {
        return;
      }
      auto next = std::move(waiting_.back());
      waiting_.pop_back();
      lock.unlock();
      std::exception_ptr thrown;
      Result<void> outcome = success();
      try {
        outcome = inner()->write(UnitKind::any, next.context, next.options,
                                 [&](Session& session) { return next.unit->run(session); });
      } catch (...) {
        thrown = std::current_exception();
      }
      next.unit->complete(std::move(outcome), std::move(thrown));
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Waiting> waiting_;
  bool is_over_ = false;
  std::thread thread_;
};

// --- errors and values

class EmptyIsNullStatement final : public StatementBefore {
 public:
  using StatementBefore::StatementBefore;
  void read_columns(std::span<ValueView> columns) const noexcept override {
    StatementBefore::read_columns(columns);
    for (auto& value : columns) {
      if (value.type() == ValueType::text && value.bytes().empty()) {
        value = ValueView::null();
      }
    }
  }
};

// --- limits

class IgnoresDeadlines final : public ForwardingBackend {
 public:
  explicit IgnoresDeadlines(Backend inner) : ForwardingBackend{std::move(inner)} {}

  Result<void> read(UnitKind kind, const TenantContext& context, const CallOptions& /*options*/,
                    TenantBody body) override {
    return inner()->read(kind, context, {}, body);
  }
  Result<void> write(UnitKind kind, const TenantContext& context, const CallOptions& /*options*/,
                     TenantBody body) override {
    return inner()->write(kind, context, {}, body);
  }
};

/// A unit that threw is said to have failed.
class SilentUnit final : public UnitBefore {
 public:
  using UnitBefore::UnitBefore;
  void complete(Result<void> transaction, std::exception_ptr exception) noexcept override {
    if (exception != nullptr) {
      UnitBefore::complete(Error{errc::internal, "something was thrown"}, nullptr);
      return;
    }
    UnitBefore::complete(std::move(transaction), nullptr);
  }
};

class SwallowsExceptions final : public ForwardingBackend {
 public:
  explicit SwallowsExceptions(Backend inner) : ForwardingBackend{std::move(inner)} {}

  void async_write(const TenantContext& context, const CallOptions& options,
                   std::unique_ptr<AsyncUnit> unit) override {
    inner()->async_write(context, options, std::make_unique<SilentUnit>(std::move(unit)));
  }
};

}  // namespace

StoreKind honest() { return kind_of<Honest>(); }
StoreKind forgets_predicate() { return kind_of<ForgetsPredicate>(); }
StoreKind leaks_tenant() { return kind_of<LeaksTenant>(); }
StoreKind does_not_poison() { return kind_of<DoesNotPoison>(); }
StoreKind lets_suspended_in() { return kind_of<PastGateWith<errc::tenant_not_active>>(); }
StoreKind lets_stale_in() { return kind_of<PastGateWith<errc::stale_context>>(); }
StoreKind takes_foreign_contexts() { return kind_of<PastGateWith<errc::foreign_context>>(); }
StoreKind ignores_scope() { return kind_of<PastGateWith<errc::access_denied>>(); }
StoreKind loses_commits() { return kind_of<LosesCommits>(); }
StoreKind forgets_when_closed() { return StoreKind{std::make_shared<const ForgetsWhenClosed>()}; }
StoreKind swallows_rollback() { return kind_of<SwallowsRollback>(); }
StoreKind keeps_what_threw() { return kind_of<KeepsWhatThrew>(); }
StoreKind commits_half() { return kind_of<CommitsHalf>(); }
StoreKind tears_snapshot() { return kind_of<TearsSnapshot>(); }
StoreKind reorders() { return kind_of<Reorders>(); }
StoreKind maps_errors_wrongly() {
  return kind_of<
      StatementsOf<OtherwiseStatement<errc::already_exists, errc::constraint_violation>>>();
}
StoreKind takes_empty_for_null() { return kind_of<StatementsOf<EmptyIsNullStatement>>(); }
StoreKind ignores_deadlines() { return kind_of<IgnoresDeadlines>(); }
StoreKind ignores_limits() {
  return StoreKind{std::make_shared<const OpenerBefore>(
      [](Backend inner) -> Backend { return std::make_shared<Honest>(std::move(inner)); },
      [](StoreOptions& options) {
        options.max_snapshot_age = std::chrono::hours{1};
        options.writes.max_unit_hold = std::chrono::hours{1};
        options.writes.max_waiting_per_tenant = 100'000;
      })};
}
StoreKind swallows_exceptions() { return kind_of<SwallowsExceptions>(); }

}  // namespace tenancy_test::wrong
