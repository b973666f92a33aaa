#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "tenancy/storage/backend.hpp"
#include "tenancy/storage/store_kind.hpp"

#include "conformance/sessions.hpp"

// What wrong backends are made of: openers, backends and units in front of real ones, each of which
// does one thing otherwise.

namespace tenancy_test::wrong {

using Backend = std::shared_ptr<tenancy::backend::StoreBackend>;
using Wrap = std::function<Backend(Backend)>;
using Change = std::function<void(tenancy::StoreOptions&)>;

/// Opens what the URL behind the scheme names, and puts something in front of it.
class OpenerBefore : public tenancy::backend::StoreOpener {
 public:
  explicit OpenerBefore(Wrap wrap, Change change = {})
      : wrap_{std::move(wrap)}, change_{std::move(change)} {}

  [[nodiscard]] bool takes(std::string_view url) const noexcept override {
    return url.starts_with(scheme);
  }
  [[nodiscard]] tenancy::Dialect dialect() const noexcept override {
    return tenancy::Dialect::sqlite;
  }
  tenancy::Result<std::unique_ptr<tenancy::backend::StoreInspection>> inspect(
      std::string_view url, const tenancy::StoreOptions& options,
      const tenancy::CallOptions& call) const override {
    BOOST_OUTCOME_TRY(const auto* const inner, tenancy::backend::find_opener(behind(url), {}));
    return inner->inspect(behind(url), options, call);
  }
  tenancy::Result<Backend> open(std::string_view url,
                                tenancy::backend::StoreOpening opening) const override {
    BOOST_OUTCOME_TRY(const auto* const inner, tenancy::backend::find_opener(behind(url), {}));
    if (change_) {
      change_(opening.options);
    }
    BOOST_OUTCOME_TRY(auto opened, inner->open(behind(url), std::move(opening)));
    return wrap_(std::move(opened));
  }
  tenancy::Result<Backend> open_to_migrate(std::string_view url,
                                           tenancy::backend::StoreOpening opening) const override {
    return open(url, std::move(opening));
  }
  tenancy::Result<Backend> open_copy(std::string_view url, bool is_empty,
                                     tenancy::backend::StoreOpening opening) const override {
    BOOST_OUTCOME_TRY(const auto* const inner, tenancy::backend::find_opener(behind(url), {}));
    return inner->open_copy(behind(url), is_empty, std::move(opening));
  }
  [[nodiscard]] bool migrates_by_itself() const noexcept override { return true; }

 private:
  static constexpr std::string_view scheme = "wrong:";
  static std::string_view behind(std::string_view url) { return url.substr(scheme.size()); }

  const Wrap wrap_;
  const Change change_;
};

template <class Wrong>
tenancy::StoreKind kind_of() {
  return tenancy::StoreKind{std::make_shared<const OpenerBefore>(
      [](Backend inner) -> Backend { return std::make_shared<Wrong>(std::move(inner)); })};
}

/// An asynchronous unit in front of another one.
class UnitBefore : public tenancy::backend::AsyncUnit {
 public:
  explicit UnitBefore(std::unique_ptr<tenancy::backend::AsyncUnit> inner)
      : inner_{std::move(inner)} {}
  bool run(tenancy::backend::Session& session) override { return inner_->run(session); }
  void complete(tenancy::Result<void> transaction, std::exception_ptr exception) noexcept override {
    inner_->complete(std::move(transaction), std::move(exception));
  }

 private:
  std::unique_ptr<tenancy::backend::AsyncUnit> inner_;
};

/// One whose body runs through a function that must outlive it.
class UnitThrough final : public UnitBefore {
 public:
  using Through =
      std::function<bool(tenancy::backend::Session&, tenancy::backend::StoreBackend::TenantBody)>;
  UnitThrough(std::unique_ptr<tenancy::backend::AsyncUnit> inner, Through through)
      : UnitBefore{std::move(inner)}, through_{std::move(through)} {}
  bool run(tenancy::backend::Session& session) override {
    return through_(session,
                    [this](tenancy::backend::Session& before) { return UnitBefore::run(before); });
  }

 private:
  const Through through_;
};

/// Every transaction's body runs through `with`.
class BodiesBefore : public tenancy::backend::ForwardingBackend,
                     public std::enable_shared_from_this<BodiesBefore> {
 public:
  explicit BodiesBefore(Backend inner) : tenancy::backend::ForwardingBackend{std::move(inner)} {}

  tenancy::Result<void> read(tenancy::backend::UnitKind kind, const tenancy::TenantContext& context,
                             const tenancy::CallOptions& options, TenantBody body) override {
    return inner()->read(kind, context, options,
                         [&](tenancy::backend::Session& session) { return with(session, body); });
  }
  tenancy::Result<void> write(tenancy::backend::UnitKind kind,
                              const tenancy::TenantContext& context,
                              const tenancy::CallOptions& options, TenantBody body) override {
    return inner()->write(kind, context, options,
                          [&](tenancy::backend::Session& session) { return with(session, body); });
  }
  void async_write(const tenancy::TenantContext& context, const tenancy::CallOptions& options,
                   std::unique_ptr<tenancy::backend::AsyncUnit> unit) override {
    inner()->async_write(
        context, options,
        std::make_unique<UnitThrough>(
            std::move(unit),
            [self = shared_from_this()](tenancy::backend::Session& session, TenantBody body) {
              return self->with(session, body);
            }));
  }

 private:
  virtual bool with(tenancy::backend::Session& session, TenantBody body) = 0;
};

/// Every statement has one of `Made` in front of it.
template <class Made>
class StatementsOf final : public BodiesBefore {
 public:
  using BodiesBefore::BodiesBefore;

 private:
  bool with(tenancy::backend::Session& session, TenantBody body) override {
    SessionOf<Made> before{session};
    return body(before);
  }
};

/// Tells of one failure as if it were another, in the engine's words.
template <tenancy::errc What, tenancy::errc As>
class OtherwiseStatement final : public StatementBefore {
 public:
  using StatementBefore::StatementBefore;
  [[nodiscard]] tenancy::Error failure() const override {
    auto error = StatementBefore::failure();
    return error == What ? tenancy::Error{As, error.message()} : error;
  }
};

}  // namespace tenancy_test::wrong
