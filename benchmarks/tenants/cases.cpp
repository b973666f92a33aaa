#include "tenants/cases.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "lazy.hpp"
#include "tenants/library_side.hpp"
#include "tenants/population.hpp"
#include "tenants/raw_side.hpp"
#include "tenants/requests.hpp"

namespace tenancy_bench {
namespace {

using RawCase = void (RawSide::*)(Requests&, std::size_t);
using LibraryCase = void (LibrarySide::*)(Requests&, std::size_t) const;

template <class T, class Make>
std::shared_ptr<Lazy<T>> lazy(Make make) {
  return std::make_shared<Lazy<T>>(std::move(make));
}

/// The cases of one population.
class Cases {
 public:
  Cases(std::filesystem::path file, std::size_t size)
      : file_{std::move(file)}, size_{size}, raw_{lazy<RawSide>([file = file_, size = size_] {
          return RawSide{Population{file, size}.file()};
        })} {}

  std::shared_ptr<Lazy<LibrarySide>> side_with_cache(std::size_t cache_bytes) const {
    return lazy<LibrarySide>([file = file_, size = size_, cache_bytes] {
      return LibrarySide{Population{file, size}.file(), cache_bytes};
    });
  }

  /// One whose cache holds those that are asked for most, as after a while.
  std::shared_ptr<Lazy<LibrarySide>> used_library() const {
    return lazy<LibrarySide>([file = file_, size = size_] {
      constexpr std::size_t more_than_fit = 40'000;
      LibrarySide side{Population{file, size}.file(), default_cache_bytes()};
      auto requests = Requests::each_once(more_than_fit, size);
      side.authenticate(requests, requests.size());
      return side;
    });
  }

  /// Each side gets a sequence of its own from the same beginning.
  template <class Draw>
  Comparison both(std::string name, RawCase raw_case,
                  const std::shared_ptr<Lazy<LibrarySide>>& library, LibraryCase library_case,
                  Draw draw, std::size_t batch, std::optional<Goal> goal = {},
                  std::string against = {}) const {
    const auto raw_requests = lazy<Requests>(draw);
    const auto library_requests = lazy<Requests>(draw);
    return Comparison{std::move(name),
                      [raw = raw_, raw_case, raw_requests](std::size_t times) {
                        (raw->get().*raw_case)(raw_requests->get(), times);
                      },
                      [library, library_case, library_requests](std::size_t times) {
                        (library->get().*library_case)(library_requests->get(), times);
                      },
                      batch,
                      goal,
                      std::move(against)};
  }

  [[nodiscard]] auto few() const {
    return [size = size_] { return Requests::of_few(working_set, size); };
  }
  [[nodiscard]] auto uniform() const {
    return [size = size_] { return Requests::uniform(size); };
  }
  [[nodiscard]] auto zipf() const {
    return [size = size_] { return Requests::zipf(size); };
  }

 private:
  std::filesystem::path file_;
  std::size_t size_;
  std::shared_ptr<Lazy<RawSide>> raw_;
};

constexpr std::size_t batch = 2 * working_set;
constexpr std::size_t zipf_batch = 10'000;

}  // namespace

std::vector<Comparison> request_cases(const std::filesystem::path& file, std::size_t size) {
  const Cases cases{file, size};
  const std::string suffix = "_" + std::to_string(size);
  const Goal goal{Goal::Bound::at_most, 1.15};
  const auto cached = cases.side_with_cache(default_cache_bytes());
  const auto uncached = cases.side_with_cache(0);
  return {
      cases.both("hit" + suffix, &RawSide::authenticate_and_read, cached,
                 &LibrarySide::authenticate_and_read, cases.few(), batch, goal),
      cases.both("zipf" + suffix, &RawSide::authenticate_and_read, cases.used_library(),
                 &LibrarySide::authenticate_and_read, cases.zipf(), zipf_batch, goal),
      cases.both("miss" + suffix, &RawSide::authenticate_and_read, uncached,
                 &LibrarySide::authenticate_and_read, cases.uniform(), batch),
      cases.both("enter_and_read_hit" + suffix, &RawSide::enter_and_read, cached,
                 &LibrarySide::enter_and_read, cases.few(), batch),
      cases.both("enter_and_read_miss" + suffix, &RawSide::enter_and_read, uncached,
                 &LibrarySide::enter_and_read, cases.uniform(), batch),
  };
}

std::vector<Comparison> entrance_cases(const std::filesystem::path& file, std::size_t size) {
  const Cases cases{file, size};
  const auto cached = cases.side_with_cache(default_cache_bytes());
  const auto uncached = cases.side_with_cache(0);
  return {
      cases.both("authenticate_hit", &RawSide::authenticate, cached, &LibrarySide::authenticate,
                 cases.few(), batch),
      cases.both("authenticate_miss", &RawSide::authenticate, uncached, &LibrarySide::authenticate,
                 cases.uniform(), batch),
      cases.both("enter_hit", &RawSide::enter, cached, &LibrarySide::enter, cases.few(), batch),
      cases.both("enter_miss", &RawSide::enter, uncached, &LibrarySide::enter, cases.uniform(),
                 batch),
  };
}

std::vector<Comparison> bare_read_case(const std::filesystem::path& file, std::size_t size) {
  const Cases cases{file, size};
  const auto cached = cases.side_with_cache(default_cache_bytes());
  return {
      cases.both("hit_over_bare_read", &RawSide::read, cached, &LibrarySide::authenticate_and_read,
                 cases.few(), batch, {}, "raw read that asks for no key"),
  };
}

}  // namespace tenancy_bench
