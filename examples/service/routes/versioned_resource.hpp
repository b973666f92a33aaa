#pragma once

#include <optional>
#include <string>
#include <utility>

#include "tenancy/data/repository.hpp"

#include "service/http/entity_tag.hpp"
#include "service/http/fields.hpp"
#include "service/http/reply.hpp"
#include "service/quotas.hpp"
#include "service/routes/access.hpp"

namespace tenantd {

/// What is the same for every kind of row that clients keep: each is shown with its version, and
/// changes hold when it has the version that a client saw, or, when it names none, whatever version
/// it has.
///
/// A resource names its `Row`, and its `collection`, below which each row has its path. It says how
/// a row is shown, `to_json(row)`, and how a body is read: `read_row(fields)`, a whole row, and
/// `read_changes(fields)`, some of its columns; and of which quota each row is one, `metric`. What
/// it does not let clients do it need not have.
template <class Resource>
class VersionedResource {
 public:
  using Row = typename Resource::Row;
  using Rows = tenancy::Repository<Row>;
  using Stored = tenancy::Versioned<Row>;

  static Response answer(const Stored& stored, tenancy::TenantId tenant) {
    return with_version(ok(Resource::to_json(stored.row), tenant), stored.version);
  }

  static Response answer_created(const Row& row, tenancy::TenantId tenant) {
    std::string place = std::string{Resource::collection} + "/" + row.id;
    return with_version(created(std::move(place), Resource::to_json(row), tenant),
                        tenancy::RowVersion{});
  }

  static Reply<WriteUnit> create(const tenancy::TenantContext& context, const Call& call) {
    BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
    BOOST_OUTCOME_TRY(auto row, whole_row(call));
    return WriteUnit{[row = std::move(row), tenant = context.tenant()](
                         tenancy::WriteTransaction& transaction) -> tenancy::Result<Response> {
      BOOST_OUTCOME_TRY(count_one(transaction, Resource::metric));
      BOOST_OUTCOME_TRY(const auto stored, Rows(transaction).insert(row));
      return answer_created(stored, tenant);
    }};
  }

  static Reply<Response> show(const TenantView& view, const Call& call) {
    BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
    const Rows rows{view.store, view.context, call.limits};
    BOOST_OUTCOME_TRY(const auto stored, rows.require_versioned(call.parameter()));
    return answer(stored, view.context.tenant());
  }

  static Reply<WriteUnit> replace(const tenancy::TenantContext& context, const Call& call) {
    BOOST_OUTCOME_TRY(const auto seen, version_to_change(call));
    BOOST_OUTCOME_TRY(auto row, whole_row(call));
    row.id = call.parameter();
    Stored wanted{std::move(row), seen.value_or(tenancy::RowVersion{})};
    return changing(context, call.parameter(),
                    [wanted = std::move(wanted),
                     is_seen = seen.has_value()](const Rows& rows) -> tenancy::Result<void> {
                      if (is_seen) {
                        BOOST_OUTCOME_TRY(rows.update(wanted));
                      } else {
                        BOOST_OUTCOME_TRY(rows.update(wanted.row));
                      }
                      return tenancy::success();
                    });
  }

  static Reply<WriteUnit> change(const tenancy::TenantContext& context, const Call& call) {
    BOOST_OUTCOME_TRY(const auto seen, version_to_change(call));
    BOOST_OUTCOME_TRY(auto fields, read_changing_fields(call));
    auto changes = Resource::read_changes(fields);
    BOOST_OUTCOME_TRY(fields.finish());
    return changing(context, call.parameter(),
                    [id = call.parameter(), changes = std::move(changes),
                     seen](const Rows& rows) -> tenancy::Result<void> {
                      return seen ? rows.update(id, changes, *seen) : rows.update(id, changes);
                    });
  }

  static Reply<WriteUnit> remove(const tenancy::TenantContext& /*context*/, const Call& call) {
    BOOST_OUTCOME_TRY(const auto seen, version_to_change(call));
    return WriteUnit{[id = call.parameter(),
                      seen](tenancy::WriteTransaction& transaction) -> tenancy::Result<Response> {
      const Rows rows{transaction};
      BOOST_OUTCOME_TRY(seen ? rows.erase(id, *seen) : rows.erase(id));
      if constexpr (requires { Resource::metric; }) {
        BOOST_OUTCOME_TRY(give_one_back(transaction, Resource::metric));
      }
      return no_content();
    }};
  }

  /// The version that a change asks for. Errors: 400.
  static Reply<std::optional<tenancy::RowVersion>> version_to_change(const Call& call) {
    BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
    return required_version(call.request);
  }

  /// Errors: those of `Fields`.
  static Reply<Fields> read_changing_fields(const Call& call) {
    return Fields::read(call.request, {"application/json", "application/merge-patch+json"},
                        call.object_bytes);
  }

 private:
  static Reply<Row> whole_row(const Call& call) {
    BOOST_OUTCOME_TRY(auto fields,
                      Fields::read(call.request, {"application/json"}, call.object_bytes));
    Row row = Resource::read_row(fields);
    BOOST_OUTCOME_TRY(fields.finish());
    return row;
  }

  /// Makes the change and shows the row as it is stored afterwards.
  template <class Change>
  static WriteUnit changing(const tenancy::TenantContext& context, std::string id, Change change) {
    return [id = std::move(id), change = std::move(change), tenant = context.tenant()](
               tenancy::WriteTransaction& transaction) -> tenancy::Result<Response> {
      const Rows rows{transaction};
      BOOST_OUTCOME_TRY(change(rows));
      BOOST_OUTCOME_TRY(const auto stored, rows.require_versioned(id));
      return answer(stored, tenant);
    };
  }
};

/// All of it but lists; `pace` is that of showing one.
template <class Resource>
void add_versioned_resource(TenantRoutes& routes, Pace pace) {
  using Versioned = VersionedResource<Resource>;
  const std::string item = std::string{Resource::collection} + "/{id}";
  routes.write("POST", Resource::collection, Versioned::create);
  routes.read(item, pace, Versioned::show);
  routes.write("PUT", item, Versioned::replace);
  routes.write("PATCH", item, Versioned::change);
  routes.write("DELETE", item, Versioned::remove);
}

}  // namespace tenantd
