#include "ctl/server_tenants.hpp"

#include <array>
#include <string>
#include <utility>

#include "ctl/parsing.hpp"
#include "ctl/server_answer.hpp"

namespace tenantctl {
namespace {

using tenancy::TenantId;
using tenancy::TenantStatus;

const std::string collection = "/api/tenants";
/// The order in which servers list unless told otherwise.
constexpr tenancy::TenantSort newest_first{tenancy::TenantSortKey::created_at, true};

std::string path_of(TenantId id) { return collection + "/" + id.to_string(); }

/// Something that only a store takes, and whether it was given.
struct Extra {
  const char* what;
  bool is_given;
};

template <std::size_t Count>
Outcome<void> refuse_given(const std::array<Extra, Count>& extras) {
  for (const auto& [what, is_given] : extras) {
    if (is_given) {
      return Failure::needs_store(what);
    }
  }
  return success();
}

Failure of_another() {
  return Failure::other("answer", "The server's answer is about another tenant.");
}

Outcome<TenantRecord> read_tenant_of(TenantId id, std::string_view body) {
  BOOST_OUTCOME_TRY(auto record, read_tenant(body));
  if (record.id != id) {
    return of_another();
  }
  return record;
}

/// A query, a parameter at a time.
class Target {
 public:
  Target() = default;

  void add(std::string_view name, std::string_view value) {
    text_ += (text_.find('?') == std::string::npos ? "?" : "&") + std::string{name} + "=" +
             url_escaped(value);
  }
  template <class T>
  void add_if(std::string_view name, const std::optional<T>& value) {
    if (value) {
      add(name, *value);
    }
  }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_ = collection;
};

std::string_view action_to(TenantStatus to) {
  switch (to) {
    case TenantStatus::active:
      return "activate";
    case TenantStatus::inactive:
      return "deactivate";
    case TenantStatus::suspended:
      return "suspend";
    case TenantStatus::archived:
    case TenantStatus::provisioning:
      break;
  }
  return "archive";
}

}  // namespace

Outcome<TenantRecord> ServerTenants::find_by_id(TenantId id) {
  BOOST_OUTCOME_TRY(const auto body, client_.get(path_of(id)));
  return read_tenant_of(id, body);
}

Outcome<TenantRecord> ServerTenants::find_by_slug(const tenancy::Slug& slug) {
  Target target;
  target.add("slug", slug.to_string());
  BOOST_OUTCOME_TRY(const auto body, client_.get(target.text()));
  BOOST_OUTCOME_TRY(auto page, read_tenants(body));
  if (page.items.empty()) {
    return Failure{tenancy::Error{tenancy::errc::not_found, "no such tenant"}};
  }
  // A server that does not know the parameter would show any.
  if (page.items.size() > 1 || page.items.front().slug != slug) {
    return of_another();
  }
  return std::move(page.items.front());
}

Outcome<std::string> ServerTenants::required_tag(TenantId id, std::optional<std::int64_t> version) {
  if (!version) {
    return std::string{};
  }
  // A server without tags would make the change whatever it is told.
  BOOST_OUTCOME_TRY(const auto tag, client_.entity_tag(path_of(id)));
  if (tag.empty()) {
    return Failure::needs_store("--if-version (of which this server knows nothing)");
  }
  return "\"" + std::to_string(*version) + "\"";
}

Outcome<TenantRecord> ServerTenants::find(std::string_view reference) {
  if (reference.find(':') != std::string_view::npos) {
    BOOST_OUTCOME_TRY(parse_identifier(reference));
    return Failure::needs_store("Finding a tenant by an identifier");
  }
  // No slug has an underscore.
  if (reference.starts_with("tnt_")) {
    BOOST_OUTCOME_TRY(const auto id, TenantId::parse(reference));
    return find_by_id(id);
  }
  BOOST_OUTCOME_TRY(const auto slug, tenancy::Slug::parse(reference));
  return find_by_slug(slug);
}

Outcome<TenantRecord> ServerTenants::show(std::string_view reference) { return find(reference); }

Outcome<tenancy::Page<TenantRecord>> ServerTenants::list(const tenancy::PageRequest& request,
                                                         const tenancy::TenantFilter& filter,
                                                         const tenancy::TenantSort& sort) {
  BOOST_OUTCOME_TRY(
      refuse_given(std::array{Extra{"--template-version", filter.template_version.has_value()}}));
  Target target;
  if (request.number) {
    target.add("page", std::to_string(*request.number));
    target.add("per_page", std::to_string(request.limit));
  } else {
    target.add("limit", std::to_string(request.limit));
  }
  target.add_if("cursor", request.cursor);
  if (filter.status) {
    target.add("status", tenancy::to_string(*filter.status));
  }
  target.add_if("plan", filter.plan);
  target.add_if("search", filter.search);
  if (filter.created_from) {
    target.add("created_after", filter.created_from->to_string());
  }
  if (filter.created_before) {
    target.add("created_before", filter.created_before->to_string());
  }
  if (sort != newest_first) {
    target.add("sort", to_string(sort));
  }
  BOOST_OUTCOME_TRY(const auto body, client_.get(target.text()));
  BOOST_OUTCOME_TRY(auto page, read_tenants(body));
  BOOST_OUTCOME_TRY(require_onward(request.cursor, page.next_cursor));
  return page;
}

Outcome<Json> members_of(const tenancy::NewTenant& tenant) {
  BOOST_OUTCOME_TRY(const auto slug, tenancy::Slug::parse(tenant.slug));
  BOOST_OUTCOME_TRY(
      refuse_given(std::array{Extra{"--plan", !tenant.plan.empty()},
                              Extra{"--template-version", !tenant.template_version.empty()},
                              Extra{"--workflow", !tenant.workflow_ids.empty()},
                              Extra{"--metadata", tenant.metadata != tenancy::NewTenant{}.metadata},
                              Extra{"--identifier", !tenant.identifiers.empty()}}));
  Json members{{"slug", slug.to_string()}, {"name", tenant.name}};
  if (tenant.status != TenantStatus::active) {
    members["status"] = tenancy::to_string(tenant.status);
  }
  return members;
}

Outcome<TenantRecord> ServerTenants::create(const tenancy::NewTenant& tenant) {
  BOOST_OUTCOME_TRY(auto members, members_of(tenant));
  BOOST_OUTCOME_TRY(const auto body, client_.change("POST", collection, std::move(members)));
  return read_change(read_tenant(body));
}

Outcome<TenantRecord> ServerTenants::update(TenantId id, const tenancy::TenantChange& change,
                                            std::optional<std::int64_t> version) {
  BOOST_OUTCOME_TRY(
      refuse_given(std::array{Extra{"--template-version", change.template_version.has_value()},
                              Extra{"--workflow", change.workflow_ids.has_value()},
                              Extra{"--metadata", change.metadata.has_value()},
                              Extra{"--plan ''", change.plan && change.plan->empty()}}));
  Json members = Json::object();
  if (change.name) {
    members["name"] = *change.name;
  }
  if (change.plan) {
    members["plan"] = *change.plan;
  }
  BOOST_OUTCOME_TRY(const auto tag, required_tag(id, version));
  BOOST_OUTCOME_TRY(const auto body, client_.change("PATCH", path_of(id), std::move(members), tag));
  return read_change(read_tenant_of(id, body));
}

Outcome<TenantRecord> ServerTenants::change_status(TenantId id, TenantStatus to,
                                                   std::optional<std::int64_t> version) {
  BOOST_OUTCOME_TRY(const auto tag, required_tag(id, version));
  BOOST_OUTCOME_TRY(
      const auto body,
      client_.change("POST", path_of(id) + "/" + std::string{action_to(to)}, std::nullopt, tag));
  return read_change(read_tenant_of(id, body));
}

}  // namespace tenantctl
