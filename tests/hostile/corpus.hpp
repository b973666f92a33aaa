#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tenancy/core/error.hpp"

namespace tenancy_test {

/// A statement of the corpus and what must come of it.
struct HostileStatement {
  std::string file;
  int line;
  std::string expectation;  ///< The line's words, for messages.
  /// How it fails; nothing when it is answered as in a store of the tenant's own.
  std::optional<tenancy::errc> code;
  std::string subject;  ///< Of the limit that it meets.
  std::string text;
  bool is_of_other_dialect = false;  ///< Than that of the store which it is tried on.
};

/// Whose SQL a file is written in: `postgresql_….sql` are the ones of PostgreSQL.
enum class CorpusDialect { sqlite, postgresql };

/// The statements of all such files in the folder, in the order of their names. A file that does
/// not keep to the format that tests/hostile/README.md describes fails the test.
std::vector<HostileStatement> read_corpus(const std::filesystem::path& folder,
                                          CorpusDialect dialect = CorpusDialect::sqlite);

}  // namespace tenancy_test
