#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/registry/open.hpp"

/// Holds a kind of store against what stores promise, for those who write a backend
/// (docs/backends.md). It needs no test framework: what it gives is a report.
namespace tenancy::inline v0::conformance {

/// One thing that every store promises, or an optional one that a store may promise.
struct Promise {
  std::string_view name;      ///< "isolation.reads": for reports and exemptions; stable.
  std::string_view sentence;  ///< What is promised, for people.
  bool is_optional = false;   ///< Whether a kind of store may say that it does not promise it.
};

/// All that the kit looks at, in the order in which it does.
[[nodiscard]] TENANCY_API std::span<const Promise> promises() noexcept;

/// Where one check's store is: a folder, a database, a server's address. There is nothing there
/// when it is made, and it is gone with the object.
///
/// Thread safety: the kit calls from one thread at a time; a fault may be injected while others use
/// the store.
class TENANCY_API Place {
 public:
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  virtual ~Place();

  [[nodiscard]] virtual std::string url() const = 0;

  /// What opens the store: `kinds`, and what else this kind of store needs, the same each time it
  /// is asked. The kit adds its schema, its clock, an observer, and limits.
  [[nodiscard]] virtual OpenOptions options() const = 0;

  /// Cuts every connection between what is open and what it stands on, whatever happens there, as a
  /// server's restart does. Errors: `not_supported`, unless it is overridden.
  virtual Result<void> cut();

  /// The URL under which the store is found, with the same options, as it would be had everything
  /// that runs on it died this moment. What is open now is not used afterwards. Errors:
  /// `not_supported`, unless it is overridden.
  virtual Result<std::string> crash();

 protected:
  Place() = default;
};

/// The kind of store that is looked at.
struct Subject {
  std::string name;  ///< For the report.
  /// Called once for each check. What it throws, or a null pointer, is told in the report.
  std::function<std::unique_ptr<Place>()> make_place;
  /// Optional promises that this kind does not make, by their names, each with the reason.
  std::map<std::string, std::string, std::less<>> exemptions = {};
};

/// What became of one promise.
enum class Verdict : std::uint8_t {
  kept,
  broken,
  not_applicable,  ///< It is not looked at: optional and exempted, or without a hook to show it.
};

/// What was found about one promise.
struct Finding {
  Promise promise;
  Verdict verdict = Verdict::kept;
  /// Of a broken one, what was expected and what was seen; of one that is not applicable, why.
  /// Holds no stored value but the kit's own.
  std::string message = {};
  std::chrono::nanoseconds took{0};
};

/// How the kit looks.
struct RunOptions {
  /// For what is random: which tenant comes next, and what it does.
  std::uint64_t seed = 1;
  /// The promises to look at, by name, or by the part before the point; all of them when empty.
  std::vector<std::string> only = {};
  /// How long a store may take for what it should do at once, such as ending a call at its
  /// deadline. Only a store that breaks its promise takes that long.
  std::chrono::milliseconds patience{10'000};
  /// Whether to fork the process, to see that a child is refused. Not beside threads of the host's
  /// that a child could not do without, nor with ThreadSanitizer.
  bool may_fork = false;
  /// Told of each finding as soon as it is there; may be empty.
  std::function<void(const Finding&)> progress = nullptr;
};

/// All findings.
struct TENANCY_API Report {
  std::string subject = {};
  std::uint64_t seed = 0;
  std::vector<Finding> findings = {};

  /// Whether no promise was found broken, and any was kept.
  [[nodiscard]] bool holds() const noexcept;
  /// The names of those that were.
  [[nodiscard]] std::vector<std::string_view> broken() const;
  /// A line for each promise, and one that sums up.
  [[nodiscard]] std::string to_string() const;
};

/// `isolation.reads: BROKEN: A read gives …; expected …; seen: …`, a line's text.
[[nodiscard]] TENANCY_API std::string to_string(const Finding& finding);

/// Looks at everything that a store promises. Each check has a place of its own, so that what a
/// broken promise leaves behind is not held against another one.
///
/// What a store does is judged by what its callers see, through the library's own interface, and by
/// statements of the kit's own where that does not reach. It runs threads of its own. Waits are for
/// conditions and bounded by `RunOptions::patience`; a store that keeps its promises is not made to
/// fail by a slow machine. A store that never returns from a call keeps the kit waiting, and one
/// that reports success without having run the unit stops the process, as in any program.
/// Thread safety: thread-compatible. Exceptions: what `progress` throws.
[[nodiscard]] TENANCY_API Report run(const Subject& subject, const RunOptions& options = {});

}  // namespace tenancy::inline v0::conformance
