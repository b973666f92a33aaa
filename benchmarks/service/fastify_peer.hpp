#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tenancy_bench {

/// Installs the peer beside this build, which takes a few minutes the first time, and returns the
/// command that serves a file. Nothing, after saying why, where it cannot be had.
std::optional<std::vector<std::string>> fastify_command(const std::filesystem::path& file);

}  // namespace tenancy_bench
