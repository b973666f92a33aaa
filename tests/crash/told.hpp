#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "tenancy/data/cross_tenant_repository.hpp"
#include "tenancy/data/repository.hpp"

#include "support/work.hpp"

namespace tenancy_test {

// What a call answered, as a text to be compared.

inline std::string told(std::int64_t number) { return std::to_string(number); }
inline std::string told(double number) { return std::to_string(number); }
inline std::string told(const std::string& text) { return text; }
inline std::string told(const Person& person) { return person.id + "=" + person.name; }
inline std::string told(const Item& item) {
  return item.project + "/" + std::to_string(item.number) + "=" + item.title + "," +
         item.note.value_or("-") + "," + std::to_string(item.points) + "," +
         std::to_string(item.weight.value_or(-1)) + "," + item.owner.value_or("-");
}
inline std::string told(const tenancy::Tenant& tenant) {
  return tenant.slug.to_string() + "," + tenant.name + "," + tenant.plan + "," +
         std::string{to_string(tenant.status)};
}
inline std::string told(const tenancy::TenantIdentifier& identifier) {
  return identifier.to_string();
}
inline std::string told(const tenancy::ApiKey& key) {
  return key.name + (key.revoked_at ? ",revoked" : "") + (key.expires_at ? ",expires" : "");
}
inline std::string told(const tenancy::TenantContext& context) {
  return std::string{to_string(context.scope())} + (context.tenant().value() > 0 ? "" : "?");
}
template <class T>
std::string told(const tenancy::Versioned<T>& versioned) {
  return told(versioned.row) + "@" + told(versioned.version.value());
}
template <class T>
std::string told(const std::optional<T>& value) {
  return value ? told(*value) : "none";
}
template <class T>
std::string told(const tenancy::TenantRow<T>& row) {
  return told(row.row);
}
template <class Key, class Value>
std::string told(const tenancy::Group<Key, Value>& group) {
  return told(group.key) + ":" + told(group.value);
}
template <class T>
std::string told(const std::vector<T>& values) {
  std::string text = "[";
  for (const T& value : values) {
    text += told(value) + ";";
  }
  return text + "]";
}
template <class T>
std::string told(const tenancy::Page<T>& page) {
  return told(page.items) + (page.has_next ? " more" : "") + (page.has_previous ? " before" : "") +
         (page.numbers ? " of " + told(page.numbers->total) : "");
}

using Told = tenancy::Result<std::string>;

template <class T>
Told tell(const tenancy::Result<T>& result) {
  if (!result) {
    return result.error();
  }
  if constexpr (std::is_void_v<T>) {
    return std::string{"done"};
  } else {
    return told(result.assume_value());
  }
}

}  // namespace tenancy_test
