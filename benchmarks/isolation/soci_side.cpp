// SOCI includes SQLite's header inside a namespace of its own, so this file includes it nowhere
// else.
#include "isolation/soci_side.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "hand_written.hpp"
#include "isolation/hand_written_side.hpp"

namespace tenancy_bench {
namespace {

std::string select(const std::string& predicate) {
  return "SELECT id, project_name, status, url, created_at, updated_at FROM deployments "
         "WHERE tenant_id = :tenant " +
         predicate;
}

/// What the statements are bound to: SOCI exchanges values with variables that stay where they are.
struct Bound {
  long long tenant = 0;
  std::string key;
  long long limit = 0;
  long long offset = 0;
  long long total = 0;

  Deployment row;  // Its URL and times by way of the following.
  std::string url;
  soci::indicator has_url = soci::i_null;
  long long created_at = 0;
  long long updated_at = 0;

  /// The row that was fetched.
  void complete_row() {
    if (has_url == soci::i_ok) {
      row.url = url;
    } else {
      row.url.reset();
    }
    row.created_at = tenancy::Timestamp::from_microseconds(created_at);
    row.updated_at = tenancy::Timestamp::from_microseconds(updated_at);
  }

  /// The row that is to be written.
  void set_row(std::int64_t of_tenant, const Deployment& from) {
    tenant = of_tenant;
    row.id = from.id;
    row.project_name = from.project_name;
    row.status = from.status;
    has_url = from.url ? soci::i_ok : soci::i_null;
    if (from.url) {
      url = *from.url;
    }
    created_at = from.created_at.microseconds();
    updated_at = from.updated_at.microseconds();
  }
};

class SociDeployments {
 public:
  /// SOCI has one kind.
  class ReadTransaction : public soci::transaction {
   public:
    explicit ReadTransaction(SociDeployments& deployments) : transaction{deployments.session_} {}
  };
  using WriteTransaction = ReadTransaction;

  explicit SociDeployments(const std::filesystem::path& file)
      : session_{soci::sqlite3, connection_text(file)},
        find_{(reading("AND id = :id"), soci::use(bound_.key))},
        page_after_{(reading("AND id < :last ORDER BY id DESC LIMIT :limit"), soci::use(bound_.key),
                     soci::use(bound_.limit))},
        page_{(reading("ORDER BY id DESC LIMIT :limit OFFSET :offset"), soci::use(bound_.limit),
               soci::use(bound_.offset))},
        count_{(session_.prepare << "SELECT count(*) FROM deployments WHERE tenant_id = :tenant",
                soci::into(bound_.total), soci::use(bound_.tenant))},
        insert_{(session_.prepare << "INSERT INTO deployments (tenant_id, id, project_name, "
                                     "status, url, created_at, updated_at) VALUES (:tenant, :id, "
                                     ":project_name, :status, :url, :created_at, :updated_at)",
                 soci::use(bound_.tenant), soci::use(bound_.row.id),
                 soci::use(bound_.row.project_name), soci::use(bound_.row.status),
                 soci::use(bound_.url, bound_.has_url), soci::use(bound_.created_at),
                 soci::use(bound_.updated_at))},
        update_{(session_.prepare << "UPDATE deployments SET project_name = :project_name, "
                                     "status = :status, url = :url, updated_at = :updated_at "
                                     "WHERE tenant_id = :tenant AND id = :id",
                 soci::use(bound_.row.project_name), soci::use(bound_.row.status),
                 soci::use(bound_.url, bound_.has_url), soci::use(bound_.updated_at),
                 soci::use(bound_.tenant), soci::use(bound_.row.id))},
        erase_{(session_.prepare << "DELETE FROM deployments WHERE tenant_id = :tenant "
                                    "AND id = :id",
                soci::use(bound_.tenant), soci::use(bound_.key))},
        all_{reading("ORDER BY id")} {
    for (const char* const setting : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
                                      "PRAGMA foreign_keys = ON", "PRAGMA temp_store = MEMORY"}) {
      session_ << setting;
    }
  }

  std::optional<Deployment> find(std::int64_t tenant, const std::string& id) {
    bound_.tenant = tenant;
    bound_.key = id;
    if (!find_.execute(true)) {
      return std::nullopt;
    }
    bound_.complete_row();
    // To its end, so that it does not keep the transaction open.
    find_.fetch();
    return bound_.row;
  }

  RawPage page_after(std::int64_t tenant, const std::string& last, std::int64_t limit) {
    bound_.tenant = tenant;
    bound_.key = last;
    bound_.limit = limit + 1;
    return read_page(page_after_, limit);
  }

  RawPage page(std::int64_t tenant, std::int64_t number, std::int64_t limit) {
    bound_.tenant = tenant;
    bound_.limit = limit + 1;
    bound_.offset = (number - 1) * limit;
    count_.execute(true);
    count_.fetch();
    RawPage page = read_page(page_, limit);
    page.total = bound_.total;
    return page;
  }

  template <class Visit>
  void for_each(std::int64_t tenant, Visit visit) {
    bound_.tenant = tenant;
    for (bool found = all_.execute(true); found; found = all_.fetch()) {
      bound_.complete_row();
      visit(std::as_const(bound_.row));
    }
  }

  void insert(std::int64_t tenant, Deployment& row) {
    row.created_at = time_of_write();
    row.updated_at = row.created_at;
    bound_.set_row(tenant, row);
    insert_.execute(true);
  }

  bool update(std::int64_t tenant, Deployment& row) {
    row.updated_at = time_of_write();
    bound_.set_row(tenant, row);
    update_.execute(true);
    return update_.get_affected_rows() == 1;
  }

  bool erase(std::int64_t tenant, const std::string& id) {
    bound_.tenant = tenant;
    bound_.key = id;
    erase_.execute(true);
    return erase_.get_affected_rows() == 1;
  }

 private:
  static std::string connection_text(const std::filesystem::path& file) {
    return "db=\"" + file.string() +
           "\" timeout=" + std::to_string(busy_timeout / std::chrono::seconds{1});
  }

  soci::details::prepare_temp_type reading(const std::string& predicate) {
    return session_.prepare << select(predicate), soci::into(bound_.row.id),
           soci::into(bound_.row.project_name), soci::into(bound_.row.status),
           soci::into(bound_.url, bound_.has_url), soci::into(bound_.created_at),
           soci::into(bound_.updated_at), soci::use(bound_.tenant);
  }

  /// Reads all that the statement finds, which is a row more than the page holds at most.
  RawPage read_page(soci::statement& statement, std::int64_t limit) {
    RawPage page;
    page.items.reserve(static_cast<std::size_t>(limit));
    for (bool found = statement.execute(true); found; found = statement.fetch()) {
      if (static_cast<std::int64_t>(page.items.size()) == limit) {
        page.next = page.items.back().id;
      } else {
        bound_.complete_row();
        page.items.push_back(bound_.row);
      }
    }
    return page;
  }

  soci::session session_;
  Bound bound_;
  soci::statement find_;
  soci::statement page_after_;
  soci::statement page_;
  soci::statement count_;
  soci::statement insert_;
  soci::statement update_;
  soci::statement erase_;
  soci::statement all_;
};

}  // namespace

std::unique_ptr<Cases> make_soci_side(const DataSet& data, Workload workload) {
  return std::make_unique<HandWrittenSide<SociDeployments>>(data, std::move(workload));
}

}  // namespace tenancy_bench
