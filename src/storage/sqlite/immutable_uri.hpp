#pragma once

#include <filesystem>
#include <string>

namespace tenancy::inline v0::detail::sqlite {

/// A name by which SQLite opens a file that cannot change: no lock, no log, no recovery. The path
/// stands for itself in it, whatever is in it.
std::string immutable_uri(const std::filesystem::path& file);

}  // namespace tenancy::inline v0::detail::sqlite
