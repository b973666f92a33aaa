#include "ctl/server_key.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "ctl/secret_file.hpp"

namespace tenantctl {
namespace {

using tenancy::SecretBytes;

/// What stands in a header as it is, so that no key brings another header along.
Outcome<SecretBytes> checked(std::string_view text, const std::string& from) {
  text = text.substr(0, text.find('\n'));
  while (!text.empty() && (text.back() == '\r' || text.back() == ' ')) {
    text.remove_suffix(1);
  }
  if (text.empty()) {
    return Failure::misused("There is no key in " + from + ".");
  }
  const auto is_visible = [](char c) { return c > ' ' && c < '\x7f'; };
  if (text.size() > longest_secret || !std::ranges::all_of(text, is_visible)) {
    return Failure::misused("What stands in " + from + " is no key.");
  }
  return SecretBytes::copy_of(text);
}

}  // namespace

Outcome<SecretBytes> load_server_key(const std::string& file, const Interruption& interruption) {
  if (!file.empty()) {
    BOOST_OUTCOME_TRY(const auto line, read_secret(file, interruption));
    return checked(line.unsafe_text(), name_of_secret(file));
  }
  const char* const text = std::getenv("TENANTCTL_KEY");
  if (text == nullptr || *text == '\0') {
    return Failure::misused("There is no key for the server.",
                            "Set TENANTCTL_KEY, or give --key-file FILE.");
  }
  return checked(text, "TENANTCTL_KEY");
}

}  // namespace tenantctl
