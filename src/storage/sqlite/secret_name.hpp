#pragma once

#include <string>
#include <string_view>

namespace tenancy::inline v0::detail::sqlite {

/// A name that nobody can guess, of letters and digits: 130 random bits behind the prefix.
std::string secret_name(std::string_view prefix);

}  // namespace tenancy::inline v0::detail::sqlite
