#pragma once

#include <string>
#include <string_view>

namespace tenancy::inline v0::detail {

/// The bare words of an SQL text in upper case, each between single spaces; what is quoted or
/// commented is left out: for finding keywords, ` INITIALLY DEFERRED ` for example.
std::string bare_words(std::string_view sql);

}  // namespace tenancy::inline v0::detail
