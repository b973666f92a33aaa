#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include "tenancy/data/codec.hpp"
#include "tenancy/data/detail/entity_traits.hpp"
#include "tenancy/data/detail/value_list.hpp"
#include "tenancy/data/field.hpp"

namespace tenancy::inline v0 {

/// Some columns of a row and what they become, put together while the program runs.
///
///     tenancy::Changes<Note> changes;
///     if (new_title) {
///       changes.set<&Note::title>(*new_title);
///     }
///
/// Values are copied. What is set twice has the later value.
/// Thread safety: thread-compatible.
template <Entity T>
class Changes {
  using Traits = detail::EntityTraits<T>;

 public:
  /// Keys and times are not set so: the key stays, and the library sets the times.
  template <auto Member>
  Changes& set(detail::ValueOf<Member> value) & {
    constexpr std::size_t column = Traits::template column_of<Member>();
    static_assert(column != Traits::size,
                  "changes: the member is not mapped to a column of this entity");
    static_assert(Traits::is_changeable(column),
                  "changes: a key and the times of a row are not set by the caller");
    values_[column].template set<detail::ValueOf<Member>>(value);
    return *this;
  }
  template <auto Member>
  [[nodiscard]] Changes set(detail::ValueOf<Member> value) && {
    return std::move(this->template set<Member>(std::move(value)));
  }

  /// The same where there is a value, and nothing where there is none. For a member that may be
  /// NULL itself the value is an optional in an optional.
  template <auto Member>
  Changes& set_if(std::optional<detail::ValueOf<Member>> value) & {
    if (value) {
      this->template set<Member>(*std::move(value));
    }
    return *this;
  }
  template <auto Member>
  [[nodiscard]] Changes set_if(std::optional<detail::ValueOf<Member>> value) && {
    return std::move(this->template set_if<Member>(std::move(value)));
  }
  /// One optional alone would be taken for a value that is there, and one without a value for NULL.
  template <auto Member>
    requires(detail::is_optional<detail::ValueOf<Member>>)
  Changes& set_if(const std::optional<detail::ComparedOf<Member>>&) & = delete;
  template <auto Member>
    requires(detail::is_optional<detail::ValueOf<Member>>)
  Changes set_if(const std::optional<detail::ComparedOf<Member>>&) && = delete;

  /// Whether nothing is set.
  [[nodiscard]] bool empty() const noexcept {
    for (const auto& value : values_) {
      if (value.is_set()) {
        return false;
      }
    }
    return true;
  }

  /// For the library's own templates.
  [[nodiscard]] const auto& values() const noexcept { return values_; }

 private:
  std::array<detail::ColumnValue, Traits::size> values_;
};

}  // namespace tenancy::inline v0
