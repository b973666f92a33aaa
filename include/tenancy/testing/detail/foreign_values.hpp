#pragma once

#include <array>
#include <cstddef>
#include <forward_list>
#include <set>
#include <string>
#include <string_view>

#include "tenancy/data/codec.hpp"
#include "tenancy/data/detail/row.hpp"
#include "tenancy/testing/detail/isolation_watch.hpp"

namespace tenancy::inline v0::testing::detail {

template <class Value>
std::string stored_text_of(const Value& value) {
  std::forward_list<std::string> copies;
  tenancy::detail::ValueView view{};
  Codec<Value>::bind(tenancy::detail::ValueAccess::parameter(view, copies), value);
  return stored_text(view);
}

/// All columns of a row as they are stored.
template <Entity T>
std::string stored_text_of_row(const T& row) {
  using Traits = tenancy::detail::EntityTraits<T>;
  std::string text;
  tenancy::detail::for_each_column<T>(
      [&]<std::size_t Index>() { text += stored_text_of(Traits::template member<Index>(row)); });
  return text;
}

/// Which values of each column only the other tenant's rows hold.
template <Entity T>
class ForeignValues {
  using Traits = tenancy::detail::EntityTraits<T>;

 public:
  void add_own(const T& row) { add(own_, row); }
  void add_foreign(const T& row) { add(foreign_, row); }

  template <std::size_t Index, class Value>
  [[nodiscard]] bool holds(const Value& value) const {
    // The library's clock stands for both.
    if constexpr (Traits::roles[Index] == mapping::Role::created_at ||
                  Traits::roles[Index] == mapping::Role::updated_at) {
      return false;
    } else {
      const std::string text = stored_text_of(value);
      return foreign_[Index].contains(text) && !own_[Index].contains(text);
    }
  }

  /// The first column of the row with such a value, or nothing.
  [[nodiscard]] std::string_view column_in(const T& row) const {
    std::string_view name;
    tenancy::detail::for_each_column<T>([&]<std::size_t Index>() {
      if (name.empty() && holds<Index>(Traits::template member<Index>(row))) {
        name = Traits::names[Index];
      }
    });
    return name;
  }

  /// Whether any value tells the row of the one tenant from all of the other's.
  [[nodiscard]] bool tells_apart(const T& row) const {
    bool differs = false;
    tenancy::detail::for_each_column<T>([&]<std::size_t Index>() {
      if constexpr (Traits::roles[Index] == mapping::Role::plain) {
        const std::string text = stored_text_of(Traits::template member<Index>(row));
        differs = differs || !foreign_[Index].contains(text);
      }
    });
    return differs;
  }

 private:
  using Texts = std::array<std::set<std::string>, Traits::size>;

  static void add(Texts& texts, const T& row) {
    tenancy::detail::for_each_column<T>([&]<std::size_t Index>() {
      texts[Index].insert(stored_text_of(Traits::template member<Index>(row)));
    });
  }

  Texts own_;
  Texts foreign_;
};

}  // namespace tenancy::inline v0::testing::detail
