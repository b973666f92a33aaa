// What a server answers is read or refused, whatever it is; what is read is shown.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ctl/key_view.hpp"
#include "ctl/server_answer.hpp"
#include "ctl/tenant_view.hpp"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void show(const tenantctl::TenantRecord& record) {
  require(!tenantctl::details(record).empty());
  require(!tenantctl::to_line(tenantctl::to_json(record)).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) {
    return 0;
  }
  constexpr std::array statuses{200, 301, 400, 401, 404, 409, 412, 422, 500, 502, 503};
  const std::string_view body{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto tenant = tenancy::TenantId::parse("tnt_2zbsxx04aqvvv").value();
  if (const auto record = tenantctl::read_tenant(body)) {
    show(record.value());
  } else {
    require(record.error().status == tenantctl::ExitStatus::failed);
  }
  if (const auto page = tenantctl::read_tenants(body)) {
    for (const auto& record : page.value().items) {
      show(record);
    }
  }
  if (const auto keys = tenantctl::read_keys(body, tenant)) {
    for (const auto& key : keys.value()) {
      require(!tenantctl::details(key, key.created_at).empty());
    }
  }
  static_cast<void>(tenantctl::read_issued_key(body, tenant));
  for (const bool is_change : {false, true}) {
    const auto refusal = tenantctl::read_refusal(statuses[data[0] % statuses.size()],
                                                 "application/problem+json", body, body, is_change);
    require(refusal.status != tenantctl::ExitStatus::ok);
    require(!refusal.message.empty() && refusal.message.size() < 5'000);
    require(refusal.request_id.size() < 200);
  }
  return 0;
}
