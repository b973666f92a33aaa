#pragma once

#include <cstddef>
#include <string>

#include "tenancy/core/secret_bytes.hpp"

#include "ctl/failure.hpp"
#include "ctl/interruption.hpp"

namespace tenantctl {

/// Longer ones are refused.
constexpr std::size_t longest_secret = 512;

/// The first line, which may be empty, of a file that only its owner can use, or the next line of
/// standard input for `-`. Arguments are seen by every user of the machine, so there is no option
/// for a secret itself.
/// Errors: usage, for a file that others can use and for an input that is a terminal; `input`;
/// `cancelled`.
Outcome<tenancy::SecretBytes> read_secret(const std::string& file,
                                          const Interruption& interruption);

/// A password from there. Errors: as above; usage, when there is none or it is no text.
Outcome<tenancy::SecretBytes> read_password(const std::string& file,
                                            const Interruption& interruption);

/// What a file is called in messages.
std::string name_of_secret(const std::string& file);

}  // namespace tenantctl
