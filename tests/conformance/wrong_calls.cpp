// Wrong backends that differ in what becomes of a call: when it takes effect, what it may do, and
// what its caller is told.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tenancy/storage/backend.hpp"

#include "conformance/fronts.hpp"
#include "conformance/sessions.hpp"
#include "conformance/wrong_backends.hpp"

namespace tenancy_test::wrong {
namespace {

using tenancy::CallOptions;
using tenancy::errc;
using tenancy::Error;
using tenancy::Result;
using tenancy::StoreKind;
using tenancy::StoreOptions;
using tenancy::success;
using tenancy::TenantContext;
using tenancy::backend::AsyncUnit;
using tenancy::backend::ControlSession;
using tenancy::backend::ForwardingBackend;
using tenancy::backend::ScopedQuery;
using tenancy::backend::ScopedSchema;
using tenancy::backend::ScopedSink;
using tenancy::backend::Session;
using tenancy::backend::ShapedSql;
using tenancy::backend::StatementLease;
using tenancy::backend::StaticSql;
using tenancy::backend::StoreInspection;
using tenancy::backend::UnitKind;

// --- when it takes effect

/// Tells a writer that its unit has run, before it is committed.
class AcknowledgesEarly final : public ForwardingBackend {
 public:
  explicit AcknowledgesEarly(Backend inner) : ForwardingBackend{std::move(inner)} {}

  Result<void> read(UnitKind kind, const TenantContext& context, const CallOptions& options,
                    TenantBody body) override {
    auto outcome = inner()->read(kind, context, options, body);
    const std::scoped_lock lock{looks().mutex};
    ++looks().count;
    looks().changed.notify_all();
    return outcome;
  }
  Result<void> write(UnitKind /*kind*/, const TenantContext& context, const CallOptions& options,
                     TenantBody body) override {
    const auto call = std::make_shared<Call>();
    inner()->async_write(context, options, std::make_unique<Unit>(call, body));
    std::unique_lock lock{call->mutex};
    call->changed.wait(lock, [&] { return call->is_over; });
    if (call->thrown != nullptr) {
      std::rethrow_exception(call->thrown);
    }
    return call->outcome;
  }

 private:
  /// Reads by all of them.
  struct Looks {
    std::mutex mutex;
    std::condition_variable changed;
    int count = 0;
  };
  static Looks& looks() {
    static Looks all;
    return all;
  }

  struct Call {
    std::mutex mutex;
    std::condition_variable changed;
    bool is_over = false;
    std::exception_ptr thrown;
    Result<void> outcome = success();

    void end(Result<void> with, std::exception_ptr what) {
      const std::scoped_lock lock{mutex};
      if (!is_over) {
        outcome = std::move(with);
        thrown = std::move(what);
        is_over = true;
        changed.notify_all();
      }
    }
  };

  class Unit final : public AsyncUnit {
   public:
    Unit(std::shared_ptr<Call> call, TenantBody body) : call_{std::move(call)}, body_{body} {}

    bool run(Session& session) override {
      {
        const std::scoped_lock lock{call_->mutex};
        if (call_->is_over) {
          return false;  // Whoever called is gone.
        }
      }
      bool commits = false;
      try {
        commits = body_(session);
      } catch (...) {
        call_->end(success(), std::current_exception());
        return false;
      }
      std::unique_lock lock{looks().mutex};
      const int before = looks().count;
      call_->end(success(), nullptr);
      // Until somebody has looked, where anybody does.
      constexpr std::chrono::milliseconds patience{200};
      looks().changed.wait_for(lock, patience, [&] { return looks().count != before; });
      return commits;
    }
    void complete(Result<void> transaction, std::exception_ptr exception) noexcept override {
      call_->end(std::move(transaction), std::move(exception));
    }

   private:
    const std::shared_ptr<Call> call_;
    const TenantBody body_;
  };
};

/// Each statement of a write is a transaction of its own.
class SplitsWrites final : public ForwardingBackend {
 public:
  explicit SplitsWrites(Backend inner) : ForwardingBackend{std::move(inner)} {}

  Result<void> write(UnitKind kind, const TenantContext& context, const CallOptions& options,
                     TenantBody body) override {
    // Who is let in is looked at before.
    BOOST_OUTCOME_TRY(inner()->write(kind, context, options, [](Session&) { return false; }));
    GatheringSession session{context, *inner(), [&](bool writes, GatheringSession::Body statement) {
                               return writes ? inner()->write(kind, context, options, statement)
                                             : inner()->read(kind, context, options, statement);
                             }};
    static_cast<void>(body(session));
    return success();
  }
};

/// What of a session reads, or writes, runs in transactions beside it.
class ForkedSession final : public SessionBefore {
 public:
  ForkedSession(Session& inner, Session& beside, bool reads_beside)
      : SessionBefore{inner}, beside_{beside}, reads_beside_{reads_beside} {}

  Result<StatementLease> prepare(const StaticSql& sql) override {
    return only_reads(sql.text) == reads_beside_ ? beside_.prepare(sql) : inner().prepare(sql);
  }
  Result<StatementLease> prepare(const ShapedSql& sql) override {
    return prepare(kept_text(sql.write()));
  }

 private:
  Session& beside_;
  const bool reads_beside_;
};

/// What a write reads is what is committed, and not what it has changed.
class ReadsBeside final : public ForwardingBackend {
 public:
  explicit ReadsBeside(Backend inner) : ForwardingBackend{std::move(inner)} {}

  Result<void> write(UnitKind kind, const TenantContext& context, const CallOptions& options,
                     TenantBody body) override {
    return inner()->write(kind, context, options, [&](Session& session) {
      GatheringSession beside{context, *inner(), [&](bool, GatheringSession::Body statement) {
                                return inner()->read(kind, context, options, statement);
                              }};
      ForkedSession forked{session, beside, true};
      return body(forked);
    });
  }
};

/// What a read is asked to write, it writes.
class WritesInReads final : public ForwardingBackend {
 public:
  explicit WritesInReads(Backend inner) : ForwardingBackend{std::move(inner)} {}

  Result<void> read(UnitKind kind, const TenantContext& context, const CallOptions& options,
                    TenantBody body) override {
    return inner()->read(kind, context, options, [&](Session& session) {
      GatheringSession beside{context, *inner(), [&](bool, GatheringSession::Body statement) {
                                return inner()->write(kind, context, options, statement);
                              }};
      ForkedSession forked{session, beside, false};
      return body(forked);
    });
  }
};

/// What a write has read, all writes behind it are given again, whatever has changed since.
class CachesRows final : public ForwardingBackend {
 public:
  explicit CachesRows(Backend inner) : ForwardingBackend{std::move(inner)} {}

  Result<void> write(UnitKind kind, const TenantContext& context, const CallOptions& options,
                     TenantBody body) override {
    return inner()->write(kind, context, options, [&](Session& session) {
      GatheringSession cached{context, *inner(),
                              [&](bool, GatheringSession::Body statement) -> Result<void> {
                                static_cast<void>(statement(session));
                                return success();
                              },
                              &kept_};
      ForkedSession forked{session, cached, true};
      return body(forked);
    });
  }

 private:
  GatheringSession::Kept kept_;  // Of whoever writes, and that is one at a time.
};

// --- the library's own tables

/// Commits what a transaction of the library's own tables did, whatever it says.
class KeepsFailedControls final : public ForwardingBackend {
 public:
  explicit KeepsFailedControls(Backend inner) : ForwardingBackend{std::move(inner)} {}

  Result<void> control_write(const CallOptions& options, ControlBody body) override {
    return inner()->control_write(options, [&](ControlSession& session) {
      static_cast<void>(body(session));
      return true;
    });
  }
};

/// The same of a step of the schema.
class KeepsFailedSteps final : public ForwardingBackend {
 public:
  explicit KeepsFailedSteps(Backend inner) : ForwardingBackend{std::move(inner)} {}

  Result<void> schema_change(const CallOptions& options, ControlBody body) override {
    return inner()->schema_change(options, [&](ControlSession& session) {
      static_cast<void>(body(session));
      return true;
    });
  }
};

/// Says that a change of a tenant was kept, and keeps nothing.
class LosesChangesOfTenants final : public ForwardingBackend {
 public:
  explicit LosesChangesOfTenants(Backend inner) : ForwardingBackend{std::move(inner)} {}

  Result<void> control_write(const CallOptions& options, ControlBody body) override {
    return inner()->control_write(options, [&](ControlSession& session) {
      Watching watching{session};
      return body(watching) && !watching.changes_tenants();
    });
  }

 private:
  class Watching final : public ControlSessionBefore {
   public:
    using ControlSessionBefore::ControlSessionBefore;
    Result<StatementLease> prepare(const StaticSql& sql) override {
      changes_tenants_ = changes_tenants_ || sql.text.starts_with("UPDATE tenancy_tenants");
      return ControlSessionBefore::prepare(sql);
    }
    [[nodiscard]] bool changes_tenants() const noexcept { return changes_tenants_; }

   private:
    bool changes_tenants_ = false;
  };
};

/// Finds no store, wherever it is asked to look for one.
class FindsNothing final : public OpenerBefore {
 public:
  using OpenerBefore::OpenerBefore;
  Result<std::unique_ptr<StoreInspection>> inspect(std::string_view /*url*/,
                                                   const StoreOptions& /*options*/,
                                                   const CallOptions& /*call*/) const override {
    return std::unique_ptr<StoreInspection>{};
  }
};

/// A query runs for the tenant that was the last to write.
class AsksForOthers final : public ForwardingBackend {
 public:
  explicit AsksForOthers(Backend inner) : ForwardingBackend{std::move(inner)} {}

  Result<void> write(UnitKind kind, const TenantContext& context, const CallOptions& options,
                     TenantBody body) override {
    {
      const std::scoped_lock lock{mutex_};
      last_.emplace(context);
    }
    return inner()->write(kind, context, options, body);
  }
  Result<void> scoped_query(const TenantContext& context, const CallOptions& options,
                            const ScopedQuery& query, ScopedSink& sink) override {
    std::optional<TenantContext> asked;
    {
      const std::scoped_lock lock{mutex_};
      asked.emplace(last_ ? *last_ : context);
    }
    return inner()->scoped_query(*asked, options, query, sink);
  }

 private:
  std::mutex mutex_;
  std::optional<TenantContext> last_;
};

// --- what is told

/// Tells of one failure as if it were another.
template <errc What, errc As>
class TellsOtherwise final : public ForwardingBackend {
 public:
  explicit TellsOtherwise(Backend inner) : ForwardingBackend{std::move(inner)} {}

  Result<void> read(UnitKind kind, const TenantContext& context, const CallOptions& options,
                    TenantBody body) override {
    return told(inner()->read(kind, context, options, body));
  }
  Result<void> write(UnitKind kind, const TenantContext& context, const CallOptions& options,
                     TenantBody body) override {
    return told(inner()->write(kind, context, options, body));
  }
  Result<void> control_write(const CallOptions& options, ControlBody body) override {
    return told(inner()->control_write(options, body));
  }
  // Who is about to fork is told by the calls, and by nothing before them.
  [[nodiscard]] bool in_same_process() const noexcept override {
    return What == errc::forked_process || inner()->in_same_process();
  }

 private:
  static Result<void> told(Result<void> outcome) {
    return !outcome && outcome.error() == What ? Error{As, outcome.error().message()}
                                               : std::move(outcome);
  }
};

// --- faults

std::atomic<int> cuts{0};

/// A backend whose connections can be cut, and what it says of a write that one was cut under:
/// nothing where it takes it for done.
class CanBeCut final : public ForwardingBackend {
 public:
  CanBeCut(Backend inner, std::optional<errc> says)
      : ForwardingBackend{std::move(inner)}, says_{says} {}

  Result<void> write(UnitKind kind, const TenantContext& context, const CallOptions& options,
                     TenantBody body) override {
    const int before = cuts;
    bool was_cut = false;
    auto outcome = inner()->write(kind, context, options, [&](Session& session) {
      const bool commits = body(session);
      was_cut = cuts != before;
      return commits && !was_cut;
    });
    if (was_cut && outcome && says_) {
      return Error{*says_, "the connection was cut"};
    }
    return outcome;
  }

 private:
  const std::optional<errc> says_;
};

StoreKind can_be_cut_and(std::optional<errc> says) {
  return StoreKind{std::make_shared<const OpenerBefore>([says](Backend inner) -> Backend {
    return std::make_shared<CanBeCut>(std::move(inner), says);
  })};
}

}  // namespace

StoreKind acknowledges_early() { return kind_of<AcknowledgesEarly>(); }
StoreKind splits_writes() { return kind_of<SplitsWrites>(); }
StoreKind reads_beside() { return kind_of<ReadsBeside>(); }
StoreKind writes_in_reads() { return kind_of<WritesInReads>(); }
StoreKind caches_rows() { return kind_of<CachesRows>(); }
StoreKind keeps_failed_controls() { return kind_of<KeepsFailedControls>(); }
StoreKind keeps_failed_steps() { return kind_of<KeepsFailedSteps>(); }
StoreKind loses_changes_of_tenants() { return kind_of<LosesChangesOfTenants>(); }
StoreKind finds_nothing() {
  return StoreKind{
      std::make_shared<const FindsNothing>([](Backend inner) -> Backend { return inner; })};
}
StoreKind asks_for_others() { return kind_of<AsksForOthers>(); }
StoreKind tells_nested_writes_otherwise() {
  return kind_of<TellsOtherwise<errc::nested_write, errc::deadline_exceeded>>();
}
StoreKind tells_forks_otherwise() {
  return kind_of<TellsOtherwise<errc::forked_process, errc::internal>>();
}
StoreKind tells_references_otherwise() {
  return kind_of<
      StatementsOf<OtherwiseStatement<errc::reference_violation, errc::constraint_violation>>>();
}
StoreKind tells_checks_otherwise() {
  return kind_of<StatementsOf<OtherwiseStatement<errc::constraint_violation, errc::internal>>>();
}
StoreKind can_be_cut() { return can_be_cut_and(errc::transaction_lost); }
StoreKind acknowledges_what_was_cut() { return can_be_cut_and(std::nullopt); }
StoreKind does_not_tell_of_cuts() { return can_be_cut_and(errc::internal); }
void cut() { ++cuts; }

}  // namespace tenancy_test::wrong
