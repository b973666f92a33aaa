#include "postgres/raw_notes.hpp"

#include <array>
#include <cstring>

#include <endian.h>

#include "give_up.hpp"

namespace tenancy_bench {
namespace {

constexpr Oid int8_type = 20;
constexpr Oid text_type = 25;

std::uint64_t in_network_order(std::int64_t value) {
  return htobe64(static_cast<std::uint64_t>(value));
}

std::int64_t int64_at(const PGresult* result, int row, int column) {
  std::uint64_t value = 0;
  std::memcpy(&value, PQgetvalue(result, row, column), sizeof value);
  return static_cast<std::int64_t>(be64toh(value));
}

std::string text_at(const PGresult* result, int row, int column) {
  return {PQgetvalue(result, row, column),
          static_cast<std::size_t>(PQgetlength(result, row, column))};
}

RawNote note_at(const PGresult* result, int row) {
  return {text_at(result, row, 1), text_at(result, row, 2), int64_at(result, row, 3),
          int64_at(result, row, 4)};
}

}  // namespace

PlainSession::PlainSession(const std::string& url) : connection_{PQconnectdb(url.c_str())} {
  if (PQstatus(connection_) != CONNECTION_OK) {
    give_up(PQerrorMessage(connection_));
  }
}

PlainSession::~PlainSession() { PQfinish(connection_); }

void PlainSession::run(const std::string& sql) const {
  PGresult* const result = PQexec(connection_, sql.c_str());
  const auto status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    give_up(sql + ": " + PQerrorMessage(connection_));
  }
  PQclear(result);
}

RawNotes::RawNotes(const std::string& url) : session_{url} {
  constexpr std::array<Oid, 5> types{int8_type, text_type, text_type, int8_type, int8_type};
  constexpr std::array<Oid, 3> tag_types{int8_type, text_type, text_type};
  const auto prepare = [&](const char* name, const char* sql, int count, const Oid* its_types) {
    PGresult* const result = PQprepare(session_.handle(), name, sql, count, its_types);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
      give_up(PQerrorMessage(session_.handle()));
    }
    PQclear(result);
  };
  prepare("find",
          "SELECT tenant_id, id, title, stars, created_at FROM raw_notes WHERE tenant_id = $1 AND "
          "id = $2",
          2, types.data());
  prepare("newest",
          "SELECT tenant_id, id, title, stars, created_at FROM raw_notes WHERE tenant_id = $1 "
          "ORDER BY id DESC LIMIT 50",
          1, types.data());
  prepare("tagged",
          "SELECT n.id, n.title, t.tag FROM raw_notes n JOIN raw_tags t ON t.tenant_id = $1 AND "
          "t.note = n.id WHERE n.tenant_id = $1 AND n.id >= $2 AND n.id < $3 ORDER BY n.id, t.tag",
          3, tag_types.data());
  prepare("insert",
          "INSERT INTO raw_notes (tenant_id, id, title, stars, created_at) "
          "VALUES ($1, $2, $3, $4, $5)",
          5, types.data());
}

RawNote RawNotes::find(std::int64_t owner, const std::string& id) const {
  const auto number = in_network_order(owner);
  const std::array<const char*, 2> values{reinterpret_cast<const char*>(&number), id.c_str()};
  const std::array<int, 2> lengths{8, static_cast<int>(id.size())};
  constexpr std::array<int, 2> formats{1, 1};
  PGresult* const result = PQexecPrepared(session_.handle(), "find", 2, values.data(),
                                          lengths.data(), formats.data(), 1);
  if (PQntuples(result) != 1) {
    give_up("the raw side finds no row");
  }
  RawNote note = note_at(result, 0);
  PQclear(result);
  return note;
}

std::vector<RawNote> RawNotes::newest_50(std::int64_t owner) const {
  const auto number = in_network_order(owner);
  const std::array<const char*, 1> values{reinterpret_cast<const char*>(&number)};
  constexpr std::array<int, 1> lengths{8};
  constexpr std::array<int, 1> formats{1};
  PGresult* const result = PQexecPrepared(session_.handle(), "newest", 1, values.data(),
                                          lengths.data(), formats.data(), 1);
  std::vector<RawNote> notes;
  notes.reserve(static_cast<std::size_t>(PQntuples(result)));
  for (int row = 0; row < PQntuples(result); ++row) {
    notes.push_back(note_at(result, row));
  }
  if (notes.size() != 50) {
    give_up("the raw side lists no 50 rows");
  }
  PQclear(result);
  return notes;
}

std::vector<std::array<std::string, 3>> RawNotes::tagged(std::int64_t owner,
                                                         const std::string& first,
                                                         const std::string& end) const {
  const auto number = in_network_order(owner);
  const std::array<const char*, 3> values{reinterpret_cast<const char*>(&number), first.c_str(),
                                          end.c_str()};
  const std::array<int, 3> lengths{8, static_cast<int>(first.size()), static_cast<int>(end.size())};
  constexpr std::array<int, 3> formats{1, 1, 1};
  PGresult* const result = PQexecPrepared(session_.handle(), "tagged", 3, values.data(),
                                          lengths.data(), formats.data(), 1);
  std::vector<std::array<std::string, 3>> found;
  found.reserve(static_cast<std::size_t>(PQntuples(result)));
  for (int row = 0; row < PQntuples(result); ++row) {
    found.push_back({text_at(result, row, 0), text_at(result, row, 1), text_at(result, row, 2)});
  }
  if (found.empty()) {
    give_up("the raw side finds no tags");
  }
  PQclear(result);
  return found;
}

void RawNotes::insert(std::int64_t owner, const RawNote& note) const {
  const auto number = in_network_order(owner);
  const auto stars = in_network_order(note.stars);
  const auto created_at = in_network_order(note.created_at);
  const std::array<const char*, 5> values{reinterpret_cast<const char*>(&number), note.id.c_str(),
                                          note.title.c_str(), reinterpret_cast<const char*>(&stars),
                                          reinterpret_cast<const char*>(&created_at)};
  const std::array<int, 5> lengths{8, static_cast<int>(note.id.size()),
                                   static_cast<int>(note.title.size()), 8, 8};
  constexpr std::array<int, 5> formats{1, 1, 1, 1, 1};
  PGresult* const result = PQexecPrepared(session_.handle(), "insert", 5, values.data(),
                                          lengths.data(), formats.data(), 1);
  if (PQresultStatus(result) != PGRES_COMMAND_OK) {
    give_up(PQerrorMessage(session_.handle()));
  }
  PQclear(result);
}

}  // namespace tenancy_bench
