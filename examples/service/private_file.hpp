#pragma once

#include <filesystem>

#include "tenancy/core/secret_bytes.hpp"

namespace tenantd {

/// Whether a file with a secret is kept as one: a regular file of this user or root, which others
/// can neither read nor change, nor its group change. Links are followed, as those who renew
/// certificates set them. Throws a `std::runtime_error` that says what is wrong.
void require_private_file(const std::filesystem::path& file);

/// The password on the first line of such a file. Throws likewise, also when there is none.
tenancy::SecretBytes read_password_file(const std::filesystem::path& file);

}  // namespace tenantd
