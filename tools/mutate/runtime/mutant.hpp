#pragma once

// What mutated sources call: included before all else when they are compiled.

#include <atomic>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/outcome/basic_result.hpp>

namespace tenancy_mutant {

inline constexpr int unread = -2;
inline constexpr int recording = -1;

/// The mutant that is on, 0 for none. It is read from the environment at first use, which may come
/// before main.
extern std::atomic<int> chosen;

int read_choice() noexcept;

/// Takes down that a mutant would have made a difference.
void note(int mutant) noexcept;

/// Takes down whether a mutant is one at all, which may depend on types.
void tell(int mutant, bool is_possible) noexcept;

/// Tells it when the program starts, so that it is known of what no test reaches.
template <int mutant, bool is_possible>
struct Possibility {
  static inline const bool is_told = (tell(mutant, is_possible), true);
};

inline bool is_on(int mutant, bool differs = true) noexcept {
  int choice = chosen.load(std::memory_order_relaxed);
  if (choice == mutant) {
    return true;
  }
  if (choice == unread) [[unlikely]] {
    choice = read_choice();
  }
  if (choice == recording && differs) [[unlikely]] {
    note(mutant);
  }
  return choice == mutant;
}

// Constant expressions go on as if there were no mutants.

/// Mutants: negated, always true, always false.
constexpr bool condition(int first, bool value) noexcept {
  if (std::is_constant_evaluated()) {
    return value;
  }
  if (is_on(first)) {
    return !value;
  }
  return value ? !is_on(first + 2) : is_on(first + 1);
}

/// Mutants: negated, always false.
constexpr bool loop(int first, bool value) noexcept {
  if (std::is_constant_evaluated()) {
    return value;
  }
  if (is_on(first)) {
    return !value;
  }
  return value && !is_on(first + 1);
}

constexpr bool condition_only_negated(int mutant, bool value) noexcept {
  return !std::is_constant_evaluated() && is_on(mutant) ? !value : value;
}

/// What may be something else than a bool, where an operator is overloaded, stays as it is.
template <int mutant, class Value>
constexpr Value truth(Value value) noexcept(noexcept(Value(std::move(value)))) {
  constexpr bool is_possible = std::same_as<Value, bool>;
  static_cast<void>(&Possibility<mutant, is_possible>::is_told);
  if constexpr (is_possible) {
    return condition_only_negated(mutant, value);
  } else {
    return value;
  }
}

constexpr bool conjunct(int mutant, bool value) noexcept {
  return value || (!std::is_constant_evaluated() && is_on(mutant));
}

constexpr bool alternative(int mutant, bool value) noexcept {
  return value && (std::is_constant_evaluated() || !is_on(mutant));
}

/// A failed result becomes a good one, with an empty value. Where there is no empty value, it
/// stays.
template <int mutant, class Result>
constexpr std::remove_cvref_t<Result> ignored(Result&& result) {
  using Plain = std::remove_cvref_t<Result>;
  using Value = typename Plain::value_type;
  constexpr bool is_possible = std::is_void_v<Value> || std::is_default_constructible_v<Value>;
  static_cast<void>(&Possibility<mutant, is_possible>::is_told);
  if constexpr (is_possible) {
    if (!std::is_constant_evaluated() && !result.has_value() && is_on(mutant)) {
      return Plain{boost::outcome_v2::in_place_type<Value>};
    }
  }
  return std::forward<Result>(result);
}

/// Not a constant expression, so that variables with texts are set when the program starts.
inline const char* text(int mutant, const char* changed, const char* original) noexcept {
  return is_on(mutant) ? changed : original;
}

/// A text in which one part stands for another. The text must have it.
std::string changed(std::string_view text, std::string_view from, std::string_view to);

/// The same for a text with static storage duration.
std::string_view replaced(int mutant, std::string_view text, std::string_view from,
                          std::string_view to);

template <std::integral Number>
constexpr Number other_tenant(int mutant, Number tenant) noexcept {
  return !std::is_constant_evaluated() && is_on(mutant) ? tenant ^ Number { 1 } : tenant;
}

}  // namespace tenancy_mutant
