#pragma once

#include <string>

#include "ctl/output.hpp"
#include "ctl/pairing_record.hpp"

namespace tenantctl {

/// All of it.
Json to_json(const PairingRecord& pairing);

/// The same, a line for each thing but the picture.
std::string details(const PairingRecord& pairing);

/// Tells what else there is to know, where text is printed.
void tell_of_pairing(Output& output, const PairingRecord& pairing);

}  // namespace tenantctl
