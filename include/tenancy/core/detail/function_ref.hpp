#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace tenancy::inline v0::detail {

template <class Signature>
class FunctionRef;

/// A callable of the caller's, borrowed for one call: two pointers, no allocation.
///
/// Takes objects that can be called; of a plain function, its address.
/// Ownership: borrows; pass it down the stack and never keep it.
template <class Return, class... Arguments>
class FunctionRef<Return(Arguments...)> {
 public:
  template <class Callable>
    requires(std::is_object_v<std::remove_reference_t<Callable>> &&
             !std::is_same_v<std::remove_cvref_t<Callable>, FunctionRef> &&
             std::is_invocable_r_v<Return, Callable&, Arguments...>)
  FunctionRef(Callable&& callable) noexcept  // NOLINT(google-explicit-constructor): borrows only
      // The call restores the type, with its const.
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
      : target_{const_cast<void*>(static_cast<const void*>(std::addressof(callable)))},
        call_{[](void* target, Arguments... arguments) -> Return {
          auto& callable_here = *static_cast<std::remove_reference_t<Callable>*>(target);
          if constexpr (std::is_void_v<Return>) {
            static_cast<void>(std::invoke(callable_here, std::forward<Arguments>(arguments)...));
          } else {
            return std::invoke(callable_here, std::forward<Arguments>(arguments)...);
          }
        }} {}

  Return operator()(Arguments... arguments) const {
    return call_(target_, std::forward<Arguments>(arguments)...);
  }

 private:
  void* target_;
  Return (*call_)(void*, Arguments...);
};

}  // namespace tenancy::inline v0::detail
