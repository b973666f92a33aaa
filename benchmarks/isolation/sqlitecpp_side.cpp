#include "isolation/sqlitecpp_side.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "hand_written.hpp"
#include "isolation/hand_written_side.hpp"

namespace tenancy_bench {
namespace {

std::string select(const std::string& predicate) {
  return "SELECT id, project_name, status, url, created_at, updated_at FROM deployments "
         "WHERE tenant_id = ?1 " +
         predicate;
}

/// Ready to be run again, however the function that runs it is left.
class Use {
 public:
  explicit Use(SQLite::Statement& statement) noexcept : statement_{&statement} {}
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() { statement_->tryReset(); }

  SQLite::Statement* operator->() const noexcept { return statement_; }

 private:
  SQLite::Statement* statement_;
};

void read_text(const SQLite::Column& column, std::string& text) {
  const char* const characters = column.getText();
  text.assign(characters, static_cast<std::size_t>(column.getBytes()));
}

void read(const Use& use, Deployment& row) {
  read_text(use->getColumn(0), row.id);
  read_text(use->getColumn(1), row.project_name);
  read_text(use->getColumn(2), row.status);
  if (const SQLite::Column url = use->getColumn(3); url.isNull()) {
    row.url.reset();
  } else {
    read_text(url, row.url ? *row.url : row.url.emplace());
  }
  row.created_at = tenancy::Timestamp::from_microseconds(use->getColumn(4).getInt64());
  row.updated_at = tenancy::Timestamp::from_microseconds(use->getColumn(5).getInt64());
}

RawPage read_page(const Use& use, std::int64_t limit) {
  RawPage page;
  page.items.reserve(static_cast<std::size_t>(limit));
  while (use->executeStep()) {
    if (static_cast<std::int64_t>(page.items.size()) == limit) {
      page.next = page.items.back().id;
      break;
    }
    read(use, page.items.emplace_back());
  }
  return page;
}

void bind_optional(const Use& use, int parameter, const std::optional<std::string>& value) {
  if (value) {
    use->bindNoCopy(parameter, *value);
  } else {
    use->bind(parameter);
  }
}

class SqliteCppDeployments {
 public:
  class ReadTransaction : public SQLite::Transaction {
   public:
    explicit ReadTransaction(SqliteCppDeployments& deployments)
        : Transaction{deployments.database_} {}
  };
  class WriteTransaction : public SQLite::Transaction {
   public:
    explicit WriteTransaction(SqliteCppDeployments& deployments)
        : Transaction{deployments.database_, SQLite::TransactionBehavior::IMMEDIATE} {}
  };

  explicit SqliteCppDeployments(const std::filesystem::path& file)
      : database_{open(file)},
        find_{database_, select("AND id = ?2")},
        page_after_{database_, select("AND id < ?3 ORDER BY id DESC LIMIT ?2")},
        page_{database_, select("ORDER BY id DESC LIMIT ?2 OFFSET ?3")},
        count_{database_, "SELECT count(*) FROM deployments WHERE tenant_id = ?1"},
        insert_{database_,
                "INSERT INTO deployments (tenant_id, id, project_name, status, url, created_at, "
                "updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
        update_{database_,
                "UPDATE deployments SET project_name = ?3, status = ?4, url = ?5, updated_at = ?6 "
                "WHERE tenant_id = ?1 AND id = ?2"},
        erase_{database_, "DELETE FROM deployments WHERE tenant_id = ?1 AND id = ?2"},
        all_{database_, select("ORDER BY id")} {}

  std::optional<Deployment> find(std::int64_t tenant, const std::string& id) {
    const Use use{find_};
    use->bind(1, tenant);
    use->bindNoCopy(2, id);
    std::optional<Deployment> row;
    if (use->executeStep()) {
      read(use, row.emplace());
    }
    return row;
  }

  RawPage page_after(std::int64_t tenant, const std::string& last, std::int64_t limit) {
    const Use use{page_after_};
    use->bind(1, tenant);
    use->bind(2, limit + 1);
    use->bindNoCopy(3, last);
    return read_page(use, limit);
  }

  RawPage page(std::int64_t tenant, std::int64_t number, std::int64_t limit) {
    const Use count{count_};
    count->bind(1, tenant);
    count->executeStep();
    const Use use{page_};
    use->bind(1, tenant);
    use->bind(2, limit + 1);
    use->bind(3, (number - 1) * limit);
    RawPage page = read_page(use, limit);
    page.total = count->getColumn(0).getInt64();
    return page;
  }

  template <class Visit>
  void for_each(std::int64_t tenant, Visit visit) {
    const Use use{all_};
    use->bind(1, tenant);
    Deployment row;
    while (use->executeStep()) {
      read(use, row);
      visit(std::as_const(row));
    }
  }

  void insert(std::int64_t tenant, Deployment& row) {
    row.created_at = time_of_write();
    row.updated_at = row.created_at;
    const Use use{insert_};
    use->bind(1, tenant);
    use->bindNoCopy(2, row.id);
    use->bindNoCopy(3, row.project_name);
    use->bindNoCopy(4, row.status);
    bind_optional(use, 5, row.url);
    use->bind(6, row.created_at.microseconds());
    use->bind(7, row.updated_at.microseconds());
    use->exec();
  }

  bool update(std::int64_t tenant, Deployment& row) {
    row.updated_at = time_of_write();
    const Use use{update_};
    use->bind(1, tenant);
    use->bindNoCopy(2, row.id);
    use->bindNoCopy(3, row.project_name);
    use->bindNoCopy(4, row.status);
    bind_optional(use, 5, row.url);
    use->bind(6, row.updated_at.microseconds());
    return use->exec() == 1;
  }

  bool erase(std::int64_t tenant, const std::string& id) {
    const Use use{erase_};
    use->bind(1, tenant);
    use->bindNoCopy(2, id);
    return use->exec() == 1;
  }

 private:
  static SQLite::Database open(const std::filesystem::path& file) {
    SQLite::Database database{file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX,
                              static_cast<int>(busy_timeout.count())};
    database.exec(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; "
        "PRAGMA temp_store = MEMORY");
    return database;
  }

  SQLite::Database database_;
  SQLite::Statement find_;
  SQLite::Statement page_after_;
  SQLite::Statement page_;
  SQLite::Statement count_;
  SQLite::Statement insert_;
  SQLite::Statement update_;
  SQLite::Statement erase_;
  SQLite::Statement all_;
};

}  // namespace

std::unique_ptr<Cases> make_sqlitecpp_side(const DataSet& data, Workload workload) {
  return std::make_unique<HandWrittenSide<SqliteCppDeployments>>(data, std::move(workload));
}

}  // namespace tenancy_bench
