#include "service/store_kinds.hpp"

#include <algorithm>
#include <array>

#ifdef TENANTD_WITH_POSTGRES
#include "tenancy/storage/postgres/store_kind.hpp"
#endif

namespace tenantd {
namespace {

template <std::size_t count>
bool has_scheme(std::string_view url, const std::array<std::string_view, count>& schemes) noexcept {
  return std::ranges::any_of(schemes,
                             [&](std::string_view scheme) { return url.starts_with(scheme); });
}

}  // namespace

std::vector<tenancy::StoreKind> store_kinds([[maybe_unused]] std::size_t max_connections) {
#ifdef TENANTD_WITH_POSTGRES
  return {tenancy::postgres::store_kind({.max_connections = max_connections})};
#else
  return {};
#endif
}

bool is_of_files(std::string_view store_url) noexcept {
  return has_scheme(store_url, std::array<std::string_view, 2>{"sqlite:", "sqlite-silo:"});
}

bool is_on_postgres(std::string_view store_url) noexcept {
  return has_scheme(store_url, std::array<std::string_view, 2>{"postgresql://", "postgres://"});
}

std::string with_password(std::string store_url, const tenancy::SecretBytes& password) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  store_url += store_url.find('?') == std::string::npos ? "?password=" : "&password=";
  for (const char letter : password.unsafe_text()) {
    const auto byte = static_cast<unsigned char>(letter);
    store_url += '%';
    store_url += digits[byte >> 4U];
    store_url += digits[byte & 0xfU];
  }
  return store_url;
}

}  // namespace tenantd
