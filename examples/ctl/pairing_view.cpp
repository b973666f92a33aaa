#include "ctl/pairing_view.hpp"

#include "ctl/table.hpp"

namespace tenantctl {
namespace {

Json text_or_null(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

}  // namespace

Json to_json(const PairingRecord& pairing) {
  return Json{{"instance", pairing.instance},
              {"state", pairing.state},
              {"pairing_code", text_or_null(pairing.pairing_code)},
              {"code", text_or_null(pairing.code)},
              {"qr", text_or_null(pairing.qr)}};
}

std::string details(const PairingRecord& pairing) {
  Table table{{}};
  table.add({"Instance", pairing.instance});
  table.add({"State", pairing.state});
  if (pairing.pairing_code) {
    table.add({"Pairing code", *pairing.pairing_code});
  }
  if (pairing.code) {
    table.add({"QR text", *pairing.code});
  }
  return table.take_lines();
}

void tell_of_pairing(Output& output, const PairingRecord& pairing) {
  if (output.json()) {
    return;
  }
  if (pairing.state == "pending") {
    output.notice("There is nothing to pair with yet: tenantctl tenants pair asks again.", {});
  } else if (pairing.state == "pairing") {
    output.notice("Whoever has the pairing data can pair a telephone of theirs, until it expires.",
                  {});
  }
}

}  // namespace tenantctl
