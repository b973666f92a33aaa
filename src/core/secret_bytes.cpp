#include "tenancy/core/secret_bytes.hpp"

#include <algorithm>
#include <utility>

#include <sodium.h>

#include "core/random.hpp"

namespace tenancy::inline v0 {

SecretBytes::SecretBytes(std::size_t size)
    : bytes_{size == 0 ? nullptr : std::make_unique<std::byte[]>(size)}, size_{size} {}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : bytes_{std::move(other.bytes_)}, size_{std::exchange(other.size_, 0)} {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  SecretBytes taken{std::move(other)};
  std::swap(bytes_, taken.bytes_);
  std::swap(size_, taken.size_);
  return *this;
}

SecretBytes::~SecretBytes() {
  if (bytes_ != nullptr) {
    sodium_memzero(bytes_.get(), size_);
  }
}

SecretBytes SecretBytes::copy_of(std::span<const std::byte> bytes) {
  SecretBytes copy{bytes.size()};
  std::ranges::copy(bytes, copy.bytes_.get());
  return copy;
}

SecretBytes SecretBytes::copy_of(std::string_view text) {
  return copy_of(std::as_bytes(std::span{text}));
}

SecretBytes SecretBytes::random(std::size_t size) {
  SecretBytes fresh{size};
  detail::fill_random({fresh.bytes_.get(), size});
  return fresh;
}

SecretBytes SecretBytes::clone() const { return copy_of(unsafe_bytes()); }

bool SecretBytes::equals(const SecretBytes& other) const noexcept {
  return size_ == other.size_ &&
         (size_ == 0 || sodium_memcmp(bytes_.get(), other.bytes_.get(), size_) == 0);
}

std::span<const std::byte> SecretBytes::unsafe_bytes() const noexcept {
  return {bytes_.get(), size_};
}

std::string_view SecretBytes::unsafe_text() const noexcept {
  return {reinterpret_cast<const char*>(bytes_.get()), size_};
}

}  // namespace tenancy::inline v0
