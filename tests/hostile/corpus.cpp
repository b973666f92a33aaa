#include "hostile/corpus.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>

#include <doctest/doctest.h>

namespace tenancy_test {
namespace {

using tenancy::errc;

constexpr std::string_view opening = "-- expect: ";

/// \xNN, \\ and nothing else.
std::string without_escapes(const std::string& text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.compare(at, 2, "\\x") == 0) {
      bytes += static_cast<char>(std::stoi(text.substr(at + 2, 2), nullptr, 16));
      at += 3;
    } else {
      bytes += text[at];
    }
  }
  return bytes;
}

HostileStatement parse_expectation(const std::string& file, int line, const std::string& words) {
  HostileStatement statement{file, line, words, std::nullopt, {}, {}};
  std::istringstream stream{words};
  std::string kind;
  stream >> kind;
  if (kind == "refused:") {
    statement.code = errc::query_refused;
  } else if (kind == "invalid:") {
    statement.code = errc::invalid_query;
  } else if (kind == "limit") {
    statement.code = errc::query_limit_exceeded;
    stream >> statement.subject;
    REQUIRE_MESSAGE(statement.subject.ends_with(':'), file << ':' << line);
    statement.subject.pop_back();
  } else {
    REQUIRE_MESSAGE(kind == "same:", file << ':' << line << ": " << kind);
  }
  std::string reason;
  std::getline(stream, reason);
  REQUIRE_MESSAGE(reason.size() > 1, file << ':' << line << ": no reason is given");
  return statement;
}

void finish(HostileStatement& statement) {
  while (statement.text.ends_with('\n')) {
    statement.text.pop_back();
  }
  statement.text = without_escapes(statement.text);
}

void read_file(const std::filesystem::path& path, std::vector<HostileStatement>& statements) {
  const auto name = path.filename().string();
  std::ifstream file{path};
  REQUIRE_MESSAGE(file.good(), path.string());
  bool is_begun = false;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.starts_with(opening)) {
      if (is_begun) {
        finish(statements.back());
      }
      statements.push_back(parse_expectation(name, number, line.substr(opening.size())));
      is_begun = true;
    } else if (is_begun) {
      statements.back().text += line + '\n';
    } else {
      REQUIRE_MESSAGE((line.empty() || line.starts_with("--")), name << ':' << number);
    }
  }
  REQUIRE_MESSAGE(is_begun, name << " holds no statement");
  finish(statements.back());
}

}  // namespace

std::vector<HostileStatement> read_corpus(const std::filesystem::path& folder,
                                          CorpusDialect dialect) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    const bool is_postgres = entry.path().filename().string().starts_with("postgresql_");
    if (entry.path().extension() == ".sql" &&
        is_postgres == (dialect == CorpusDialect::postgresql)) {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  std::vector<HostileStatement> statements;
  for (const auto& file : files) {
    read_file(file, statements);
  }
  return statements;
}

}  // namespace tenancy_test
