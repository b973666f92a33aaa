#pragma once

#include <memory>

#include "support/test_store.hpp"

namespace tenancy_test {

/// A silo in a private folder. What is run past the library runs in each tenant's file and in the
/// control file.
std::unique_ptr<TestPlace> create_silo_place(tenancy::OpenOptions options);

/// The tenants' files of a silo.
std::vector<std::filesystem::path> tenants_files(const std::filesystem::path& silo);

}  // namespace tenancy_test
