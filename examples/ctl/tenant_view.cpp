#include "ctl/tenant_view.hpp"

#include "ctl/table.hpp"

namespace tenantctl {
namespace {

/// As it is stored, where this program reads less than the library does.
Json metadata_json(const std::string& metadata) {
  Json parsed = Json::parse(metadata, nullptr, false);
  return parsed.is_discarded() ? Json(metadata) : parsed;
}

}  // namespace

std::string short_time(tenancy::Timestamp time) {
  constexpr std::size_t up_to_seconds = 19;
  return time.to_string().substr(0, up_to_seconds) + "Z";
}

std::string short_time(const std::optional<tenancy::Timestamp>& time) {
  return time ? short_time(*time) : std::string{};
}

Json time_or_null(const std::optional<tenancy::Timestamp>& time) {
  return time ? Json(time->to_string()) : Json(nullptr);
}

Json to_json(const TenantRecord& tenant) {
  Json document{{"id", tenant.id.to_string()},
                {"slug", tenant.slug.to_string()},
                {"name", tenant.name},
                {"status", tenancy::to_string(tenant.status)},
                {"plan", tenant.plan}};
  if (tenant.template_version) {
    document["template_version"] = *tenant.template_version;
  }
  if (tenant.workflow_ids) {
    document["workflow_ids"] = Json(*tenant.workflow_ids);
  }
  if (tenant.metadata) {
    document["metadata"] = metadata_json(*tenant.metadata);
  }
  if (tenant.epoch) {
    document["epoch"] = *tenant.epoch;
  }
  document["version"] = tenant.version;
  document["created_at"] = tenant.created_at.to_string();
  document["updated_at"] = tenant.updated_at.to_string();
  if (tenant.identifiers) {
    document["identifiers"] = to_json(*tenant.identifiers);
  }
  return document;
}

Json to_json(const tenancy::TenantIdentifier& identifier) {
  return Json{{"kind", identifier.kind()}, {"value", identifier.value()}};
}

Json to_json(const std::vector<tenancy::TenantIdentifier>& identifiers) {
  Json list = Json::array();
  for (const auto& each : identifiers) {
    list.push_back(to_json(each));
  }
  return list;
}

std::string details(const TenantRecord& tenant, std::string_view key) {
  Table table{{}};
  table.add({"ID", tenant.id.to_string()});
  table.add({"Slug", tenant.slug.to_string()});
  table.add({"Name", tenant.name});
  table.add({"Status", std::string{tenancy::to_string(tenant.status)}});
  table.add({"Plan", tenant.plan.empty() ? "-" : tenant.plan});
  if (const auto& version = tenant.template_version) {
    table.add({"Template", version->empty() ? "-" : *version});
  }
  if (tenant.workflow_ids) {
    for (const auto& [name, id] : *tenant.workflow_ids) {
      table.add({"Workflow", std::string{name}.append("=").append(id)});
    }
  }
  if (tenant.identifiers) {
    for (const auto& identifier : *tenant.identifiers) {
      table.add({"Identifier", identifier.to_string()});
    }
  }
  if (tenant.metadata) {
    table.add({"Metadata", *tenant.metadata});
  }
  table.add({"Version", std::to_string(tenant.version)});
  table.add({"Created", short_time(tenant.created_at)});
  table.add({"Updated", short_time(tenant.updated_at)});
  if (!key.empty()) {
    table.add({"Key", std::string{key}});
  }
  return table.take_lines();
}

}  // namespace tenantctl
