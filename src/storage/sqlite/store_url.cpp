#include "storage/sqlite/store_url.hpp"

#include <system_error>

namespace tenancy::inline v0::detail {
namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";
constexpr std::string_view memory_path = ":memory:";

}  // namespace

Result<StoreUrl> StoreUrl::parse(std::string_view url) {
  if (!url.starts_with(sqlite_scheme)) {
    return Error{
        errc::invalid_url,
        "a store's URL is 'sqlite:FILE' or 'sqlite::memory:'; this one has another scheme"};
  }
  const std::string_view path = url.substr(sqlite_scheme.size());
  if (path == memory_path) {
    return StoreUrl{};
  }
  if (path.empty() || path.find('\0') != std::string_view::npos) {
    return Error{errc::invalid_url, "the URL names no file: write 'sqlite:FILE'"};
  }
  // An absolute path is never taken for a URI or a special name, and stays right when the program
  // changes its working folder before a further connection is opened.
  std::error_code failure;
  auto file = std::filesystem::absolute(path, failure);
  if (failure) {
    return Error{errc::cannot_open, "the path cannot be made absolute: " + failure.message()};
  }
  return StoreUrl{std::move(file)};
}

}  // namespace tenancy::inline v0::detail
