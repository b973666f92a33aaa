#include "storage/postgres/address.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <system_error>
#include <utility>

#include <libpq-fe.h>

namespace tenancy::inline v0::detail::postgres {
namespace {

struct Free {
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};

Error not_a_url() {
  return Error{errc::invalid_url,
               "the URL is none of PostgreSQL's: write "
               "'postgresql://USER@HOST:PORT/DATABASE?PARAMETER=VALUE&…', with the parameters of "
               "libpq, and what is special in them as %XX"};
}

/// Whether what libpq takes for the authority of the URL can be what was meant. A password with a
/// special letter ends before its end, and the rest would be a host, a port or a database, which
/// messages show.
bool has_plain_authority(std::string_view url) {
  std::string_view rest = url.substr(url.find("://") + 3);
  const auto end_of_user = rest.find_first_of("@/");
  if (end_of_user != std::string_view::npos && rest[end_of_user] == '@') {
    rest.remove_prefix(end_of_user + 1);
  }
  return rest.substr(0, rest.find('?')).find('@') == std::string_view::npos;
}

bool are_ports(std::string_view list) {
  return list.find_first_not_of("0123456789,") == std::string_view::npos;
}

/// The parts of a list with commas, empty ones among them; none of an empty list.
std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const auto comma = list.find(',');
    parts.emplace_back(list.substr(0, comma));
    if (comma == std::string_view::npos) {
      break;
    }
    list.remove_prefix(comma + 1);
    if (list.empty()) {
      parts.emplace_back();
    }
  }
  return parts;
}

}  // namespace

Result<Address> Address::parse(std::string_view url) {
  if (!takes(url) || url.find('\0') != std::string_view::npos || !has_plain_authority(url)) {
    return not_a_url();
  }
  char* failure = nullptr;
  const std::unique_ptr<PQconninfoOption, Free> options{
      PQconninfoParse(std::string{url}.c_str(), &failure)};
  if (options == nullptr) {
    // What it says of the URL may be the password.
    PQfreemem(failure);
    return not_a_url();
  }
  Address address;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) {
      address.parts_.push_back({option->keyword, option->val});
    }
  }
  const auto is_given = [&](std::string_view keyword) {
    return std::ranges::any_of(address.parts_, [&](const Part& part) {
      return part.keyword == keyword && !part.value.empty();
    });
  };
  if (!are_ports(address.value_of("port"))) {
    return not_a_url();
  }
  std::erase_if(address.parts_, [](const Part& part) { return part.keyword == "client_encoding"; });
  address.parts_.push_back({"client_encoding", "UTF8"});
  if (!is_given("fallback_application_name")) {
    address.parts_.push_back({"fallback_application_name", "tenancy"});
  }
  return address;
}

Address::Parameters Address::parameters() const {
  Parameters parameters;
  for (const Part& part : parts_) {
    parameters.keywords.push_back(part.keyword.c_str());
    parameters.values.push_back(part.value.c_str());
  }
  parameters.keywords.push_back(nullptr);
  parameters.values.push_back(nullptr);
  return parameters;
}

std::string Address::value_of(std::string_view keyword) const {
  const auto found = std::ranges::find(parts_, keyword, &Part::keyword);
  return found == parts_.end() ? std::string{} : found->value;
}

Address Address::with(std::string_view keyword, std::string value) const {
  Address other = *this;
  std::erase_if(other.parts_, [&](const Part& part) { return part.keyword == keyword; });
  other.parts_.push_back({std::string{keyword}, std::move(value)});
  return other;
}

Address Address::with_database(std::string_view name) const {
  return with("dbname", std::string{name});
}

Address Address::wanting(const char* session) const {
  const bool has_several = value_of("host").find(',') != std::string::npos ||
                           value_of("hostaddr").find(',') != std::string::npos;
  return has_several && value_of("target_session_attrs").empty()
             ? with("target_session_attrs", session)
             : *this;
}

Address Address::to_be_written() const { return wanting("read-write"); }

Address Address::to_be_queried() const { return wanting("primary"); }

std::vector<Address> Address::attempts() const {
  const auto hosts = split(value_of("host"));
  const auto addresses = split(value_of("hostaddr"));
  const auto ports = split(value_of("port"));
  const std::size_t count = std::max(hosts.size(), addresses.size());
  const auto fits = [count](const std::vector<std::string>& list) {
    return list.size() <= 1 || list.size() == count;
  };
  if (count <= 1 ||
      (hosts.size() > 1 && addresses.size() > 1 && hosts.size() != addresses.size()) ||
      !fits(ports)) {
    return {*this};  // What is wrong with it libpq says.
  }
  std::vector<Address> each;
  for (std::size_t at = 0; at < count; ++at) {
    Address one = *this;
    for (const auto& [keyword, list] :
         {std::pair{"host", &hosts}, std::pair{"hostaddr", &addresses},
          std::pair{"port", &ports}}) {
      if (!list->empty()) {
        one = one.with(keyword, list->size() == 1 ? list->front() : (*list)[at]);
      }
    }
    each.push_back(std::move(one));
  }
  if (value_of("target_session_attrs") != "prefer-standby") {
    return each;
  }
  std::vector<Address> all;
  for (const char* const wanted : {"standby", "any"}) {
    for (const Address& one : each) {
      all.push_back(one.with("target_session_attrs", wanted));
    }
  }
  return all;
}

std::optional<std::chrono::seconds> Address::connect_timeout() const {
  const std::string value = value_of("connect_timeout");
  std::int64_t seconds = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (read.ec != std::errc{} || seconds <= 0) {
    return std::nullopt;
  }
  // As libpq has it: not less than 2.
  return std::chrono::seconds{std::clamp<std::int64_t>(seconds, 2, 3600)};
}

std::string Address::shown() const {
  constexpr std::array names{"user", "host", "hostaddr", "port", "dbname"};
  std::string text;
  for (const char* const name : names) {
    const auto found = std::ranges::find(parts_, name, &Part::keyword);
    if (found != parts_.end()) {
      text += (text.empty() ? "" : " ") + found->keyword + "=" + found->value;
    }
  }
  return text;
}

}  // namespace tenancy::inline v0::detail::postgres
