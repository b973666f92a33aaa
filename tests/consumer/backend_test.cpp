// A backend of somebody else's: "counted:URL" is the store of that URL, with a count of what its
// tenants did, and the conformance kit looks whether it is still one. It exits with 0 when it is.

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp

#include <tenancy/storage/backend.hpp>
#include <tenancy/tenancy.hpp>
#include <tenancy/testing/conformance.hpp>

namespace {

namespace backend = tenancy::backend;
using tenancy::CallOptions;
using tenancy::Result;

/// What is counted, of all stores of the kind.
struct Counts {
  std::atomic<std::uint64_t> reads{0};
  std::atomic<std::uint64_t> writes{0};
};

/// A store in front of another one.
class CountedStore final : public backend::ForwardingBackend {
 public:
  CountedStore(std::shared_ptr<StoreBackend> inner, std::shared_ptr<Counts> counts)
      : ForwardingBackend{std::move(inner)}, counts_{std::move(counts)} {}

  Result<void> read(backend::UnitKind kind, const tenancy::TenantContext& context,
                    const CallOptions& options, TenantBody body) override {
    ++counts_->reads;
    return inner()->read(kind, context, options, body);
  }
  Result<void> write(backend::UnitKind kind, const tenancy::TenantContext& context,
                     const CallOptions& options, TenantBody body) override {
    ++counts_->writes;
    return inner()->write(kind, context, options, body);
  }

 private:
  const std::shared_ptr<Counts> counts_;
};

/// Opens such stores.
class CountedOpener final : public backend::StoreOpener {
 public:
  explicit CountedOpener(std::shared_ptr<Counts> counts) : counts_{std::move(counts)} {}

  [[nodiscard]] bool takes(std::string_view url) const noexcept override {
    return url.starts_with(scheme);
  }
  [[nodiscard]] tenancy::Dialect dialect() const noexcept override {
    return tenancy::Dialect::sqlite;
  }
  Result<std::unique_ptr<backend::StoreInspection>> inspect(
      std::string_view url, const tenancy::StoreOptions& options,
      const CallOptions& call) const override {
    BOOST_OUTCOME_TRY(const auto* const inner, opener_behind(url));
    return inner->inspect(url.substr(scheme.size()), options, call);
  }
  Result<std::shared_ptr<backend::StoreBackend>> open(
      std::string_view url, backend::StoreOpening opening) const override {
    BOOST_OUTCOME_TRY(const auto* const inner, opener_behind(url));
    BOOST_OUTCOME_TRY(auto store, inner->open(url.substr(scheme.size()), std::move(opening)));
    return std::make_shared<CountedStore>(std::move(store), counts_);
  }
  Result<std::shared_ptr<backend::StoreBackend>> open_to_migrate(
      std::string_view url, backend::StoreOpening opening) const override {
    return open(url, std::move(opening));
  }
  Result<std::shared_ptr<backend::StoreBackend>> open_copy(
      std::string_view url, bool is_empty, backend::StoreOpening opening) const override {
    BOOST_OUTCOME_TRY(const auto* const inner, opener_behind(url));
    return inner->open_copy(url.substr(scheme.size()), is_empty, std::move(opening));
  }
  [[nodiscard]] bool migrates_by_itself() const noexcept override { return true; }

 private:
  static constexpr std::string_view scheme = "counted:";

  static Result<const backend::StoreOpener*> opener_behind(std::string_view url) {
    return backend::find_opener(url.substr(scheme.size()), {});
  }

  const std::shared_ptr<Counts> counts_;
};

/// A folder for each check of the kit's.
class CountedPlace final : public tenancy::conformance::Place {
 public:
  explicit CountedPlace(std::shared_ptr<Counts> counts)
      : kind_{std::make_shared<const CountedOpener>(std::move(counts))} {
    auto name = (std::filesystem::temp_directory_path() / "counted-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error{"no temporary folder"};
    }
    folder_ = name;
  }
  ~CountedPlace() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] std::string url() const override {
    return "counted:sqlite:" + (folder_ / "store.db").string();
  }
  [[nodiscard]] tenancy::OpenOptions options() const override {
    tenancy::OpenOptions options;
    options.kinds = {kind_};
    return options;
  }

 private:
  tenancy::StoreKind kind_;
  std::filesystem::path folder_;
};

}  // namespace

int main() {
  const auto counts = std::make_shared<Counts>();
  const auto report = tenancy::conformance::run(
      {.name = "counted", .make_place = [&] { return std::make_unique<CountedPlace>(counts); }});
  std::cout << report.to_string();
  return report.holds() && counts->reads > 0 && counts->writes > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
