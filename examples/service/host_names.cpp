#include "service/host_names.hpp"

#include <algorithm>

namespace tenantd {
namespace {

std::string lower_case(std::string_view text) {
  std::string lower{text};
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

bool has_only(std::string_view text, std::string_view characters) noexcept {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

/// The name without its port and the dot of the root. Errors: 400.
Reply<std::string_view> name_of_host(std::string_view host) {
  const bool is_bracketed = host.starts_with('[');
  const auto end = is_bracketed ? std::min(host.find(']'), host.size() - 1) + 1
                                : std::min(host.find(':'), host.size());
  std::string_view name = host.substr(0, end);
  const std::string_view port = host.substr(end);
  const bool is_good_port =
      port.empty() || (port.front() == ':' && has_only(port.substr(1), "0123456789"));
  const bool is_good_name =
      is_bracketed
          ? name.ends_with(']') && has_only(name, "[]0123456789abcdefABCDEF:.")
          : has_only(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._");
  if (!is_good_port || !is_good_name) {
    return Problem{400, "The request is not addressed to the name of a host."};
  }
  if (name.ends_with('.')) {
    name.remove_suffix(1);
  }
  return name;
}

bool is_address(std::string_view name) noexcept {
  return name.starts_with('[') ||
         (has_only(name, "0123456789.") && std::count(name.begin(), name.end(), '.') == 3);
}

}  // namespace

HostNames::HostNames(std::string_view base_domain) : base_domain_{lower_case(base_domain)} {}

Reply<HostNames::Named> HostNames::read(std::string_view host) const {
  if (base_domain_.empty() || host.empty()) {
    return Named{};
  }
  BOOST_OUTCOME_TRY(const auto given, name_of_host(host));
  const std::string name = lower_case(given);
  if (name == base_domain_ || name == "localhost" || is_address(name)) {
    return Named{};
  }
  const std::string_view below =
      name.ends_with("." + base_domain_)
          ? std::string_view{name}.substr(0, name.size() - base_domain_.size() - 1)
          : std::string_view{};
  if (below.empty() || below.find('.') != std::string_view::npos) {
    return Problem{421, "This service does not answer for the host that the request names."};
  }
  if (below == "www" || below == "api") {
    return Named{};
  }
  Named named{.names_tenant = true};
  if (auto slug = tenancy::Slug::parse(below)) {
    named.slug = std::move(slug).value();
  }
  return named;
}

}  // namespace tenantd
