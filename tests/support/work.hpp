#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tenancy/data/repository.hpp"

#include "support/report_log.hpp"
#include "support/test_store.hpp"

namespace tenancy_test {

using Bytes = std::vector<std::byte>;

struct Person {
  std::string id = {};
  std::string name = {};

  friend bool operator==(const Person&, const Person&) = default;
};

constexpr auto tenancy_mapping(std::type_identity<Person>) {
  namespace m = tenancy::mapping;
  return m::entity("people", m::key("id", &Person::id), m::column("name", &Person::name));
}

enum class Priority : std::uint8_t { low, normal, high, unnamed };

constexpr auto tenancy_names(std::type_identity<Priority>) {
  return std::array{std::pair{Priority::low, "low"}, std::pair{Priority::normal, "normal"},
                    std::pair{Priority::high, "high"}};
}

/// A key of two columns, a version, and a column of each kind; two references to one table.
struct Item {
  std::string project = {};
  std::int64_t number = 0;
  std::string title = {};
  std::optional<std::string> note = {};
  std::int64_t points = 0;
  std::optional<double> weight = {};
  Priority priority = Priority::normal;
  bool done = false;
  Bytes payload = {};
  std::optional<tenancy::Timestamp> due = {};
  std::optional<std::string> owner = {};
  std::optional<std::string> reviewer = {};
  tenancy::Timestamp created_at = {};
  tenancy::Timestamp updated_at = {};

  friend bool operator==(const Item&, const Item&) = default;
};

constexpr auto tenancy_mapping(std::type_identity<Item>) {
  namespace m = tenancy::mapping;
  return m::entity("items", m::key("project", &Item::project), m::key("number", &Item::number),
                   m::column("title", &Item::title), m::column("note", &Item::note),
                   m::column("points", &Item::points), m::column("weight", &Item::weight),
                   m::column("priority", &Item::priority), m::column("done", &Item::done),
                   m::column("payload", &Item::payload), m::column("due", &Item::due),
                   m::column("owner", &Item::owner), m::column("reviewer", &Item::reviewer),
                   m::created_at("created_at", &Item::created_at),
                   m::updated_at("updated_at", &Item::updated_at), m::row_version("version"),
                   m::foreign_key<Person>(&Item::owner), m::foreign_key<Person>(&Item::reviewer));
}

/// A child of an item, by a key of two columns that may be NULL.
struct Remark {
  std::int64_t id = 0;
  std::optional<std::string> project = {};
  std::optional<std::int64_t> item = {};
  std::string text = {};

  friend bool operator==(const Remark&, const Remark&) = default;
};

constexpr auto tenancy_mapping(std::type_identity<Remark>) {
  namespace m = tenancy::mapping;
  return m::entity("remarks", m::key("id", &Remark::id), m::column("project", &Remark::project),
                   m::column("item", &Remark::item), m::column("text", &Remark::text),
                   m::foreign_key<Item>(&Remark::project, &Remark::item));
}

/// The tables of people, items and remarks.
inline std::vector<tenancy::Migration> work_schema() {
  return {{1, "work",
           "CREATE TABLE people (tenant_id INTEGER NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, "
           "PRIMARY KEY (tenant_id, id)) STRICT, WITHOUT ROWID; "
           "CREATE TABLE items (tenant_id INTEGER NOT NULL, project TEXT NOT NULL, "
           "number INTEGER NOT NULL, title TEXT NOT NULL, note TEXT, points INTEGER NOT NULL, "
           "weight REAL, priority TEXT NOT NULL, done INTEGER NOT NULL, payload BLOB NOT NULL, "
           "due INTEGER, owner TEXT, reviewer TEXT, created_at INTEGER NOT NULL, "
           "updated_at INTEGER NOT NULL, version INTEGER NOT NULL, "
           "PRIMARY KEY (tenant_id, project, number), "
           "FOREIGN KEY (tenant_id, owner) REFERENCES people (tenant_id, id), "
           "FOREIGN KEY (tenant_id, reviewer) REFERENCES people (tenant_id, id)) "
           "STRICT, WITHOUT ROWID; "
           "CREATE TABLE remarks (tenant_id INTEGER NOT NULL, id INTEGER NOT NULL, project TEXT, "
           "item INTEGER, text TEXT NOT NULL, PRIMARY KEY (tenant_id, id), "
           "FOREIGN KEY (tenant_id, project, item) REFERENCES items (tenant_id, project, number)) "
           "STRICT, WITHOUT ROWID"}};
}

/// A store of work with repositories of one tenant and, beside them, those of another.
struct Work {
  std::shared_ptr<ReportLog> log = std::make_shared<ReportLog>();
  TestStore test{{.readers = 1, .observer = log}, work_schema(), {}, {}};
  tenancy::Repository<Person> people{test.store, test.enter(test.acme)};
  tenancy::Repository<Item> items{test.store, test.enter(test.acme)};
  tenancy::Repository<Remark> remarks{test.store, test.enter(test.acme)};
  tenancy::Repository<Item> items_of_globex{test.store, test.enter(test.globex)};

  /// How many statements the calls of `body` prepared.
  template <class Body>
  std::size_t prepared_by(Body&& body) const {
    const std::size_t before = log->transactions().size();
    body();
    std::size_t prepared = 0;
    const auto reports = log->transactions();
    for (std::size_t i = before; i < reports.size(); ++i) {
      prepared += reports[i].prepared;
    }
    return prepared;
  }
};

}  // namespace tenancy_test
