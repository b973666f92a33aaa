// What a server answers is read or refused, whatever it is; what is read is shown, and nothing that
// is written steers a terminal.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

#include "ctl/display.hpp"
#include "ctl/key_view.hpp"
#include "ctl/output.hpp"
#include "ctl/pairing_answer.hpp"
#include "ctl/pairing_view.hpp"
#include "ctl/server_answer.hpp"
#include "ctl/tenant_view.hpp"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

/// Writes as text and as JSON, and looks at every line that is written.
template <class Write>
void show(Write write) {
  for (const bool json : {false, true}) {
    std::stringstream data;
    std::stringstream notices;
    tenantctl::Output output{data, notices, {.json = json}};
    write(output);
    for (std::stringstream* const stream : {&data, &notices}) {
      for (std::string line; std::getline(*stream, line);) {
        require(tenantctl::printable(line) == line);
      }
    }
  }
}

void show(const tenantctl::TenantRecord& record) {
  require(!tenantctl::details(record).empty());
  show([&](tenantctl::Output& output) {
    output.result(tenantctl::to_json(record), tenantctl::details(record));
  });
}

void show(const tenancy::ApiKey& key) {
  require(!tenantctl::details(key, key.created_at).empty());
  show([&](tenantctl::Output& output) {
    output.result(tenantctl::to_json(key, key.created_at), tenantctl::details(key, key.created_at));
    output.notice("The key " + key.id + " (" + key.name + ")", {});
    tenantctl::Listing listing{output, {"ID", "NAME"}};
    listing.add(tenantctl::to_json(key, key.created_at), {key.id, key.name});
    listing.finish();
  });
}

/// It is printed by itself and copied from there.
void require_plain(std::string_view token) {
  require(!token.empty() && token.size() < 10'000);
  require(tenantctl::printable(token) == token && token.find(' ') == std::string_view::npos);
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
    if (const auto& cursor = page.value().next_cursor) {
      require_plain(*cursor);
    }
  }
  if (const auto keys = tenantctl::read_keys(body, tenant)) {
    if (const auto& cursor = keys.value().next_cursor) {
      require_plain(*cursor);
    }
    for (const auto& key : keys.value().items) {
      show(key);
      require_plain(key.id);
    }
  }
  if (const auto issued = tenantctl::read_issued_key(body, tenant)) {
    show(issued.value().key);
    require_plain(issued.value().text.unsafe_text());
  }
  if (const auto paired = tenantctl::read_paired_tenant(body)) {
    const auto& pairing = paired.value().pairing;
    show(paired.value().tenant);
    require(!tenantctl::details(pairing).empty());
    show([&](tenantctl::Output& output) {
      output.result(tenantctl::to_json(pairing), tenantctl::details(pairing));
      tenantctl::tell_of_pairing(output, pairing);
    });
    for (const auto& text : {pairing.pairing_code, pairing.code}) {
      if (text) {
        require_plain(*text);
      }
    }
    require(!pairing.qr || tenantctl::picture_of(*pairing.qr).has_value());
  }
  for (const bool is_change : {false, true}) {
    const auto refusal = tenantctl::read_refusal(statuses[data[0] % statuses.size()],
                                                 "application/problem+json", body, body, is_change);
    require(refusal.status != tenantctl::ExitStatus::ok);
    require(!refusal.message.empty() && refusal.message.size() < 5'000);
    require(refusal.request_id.size() < 200);
    show([&](tenantctl::Output& output) { output.failure(refusal); });
  }
  return 0;
}
