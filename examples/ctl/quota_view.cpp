#include "ctl/quota_view.hpp"

#include "ctl/table.hpp"
#include "ctl/tenant_view.hpp"

namespace tenantctl {
namespace {

std::string used_text(const QuotaRecord& quota) {
  return quota.used ? std::to_string(*quota.used) : "-";
}

std::string limit_text(const QuotaRecord& quota) {
  if (!quota.limit) {
    return "-";
  }
  return quota.limit->is_unlimited() ? "unlimited" : std::to_string(quota.limit->amount());
}

std::string time_text(const std::optional<tenancy::Timestamp>& time) {
  return time ? short_time(*time) : "-";
}

}  // namespace

Json to_json(const QuotaRecord& quota) {
  Json document{{"metric", quota.metric}};
  if (quota.used) {
    document["used"] = *quota.used;
  }
  if (quota.limit) {
    document["limit"] = quota.limit->is_unlimited() ? Json(nullptr) : Json(quota.limit->amount());
  }
  document["updated_at"] = time_or_null(quota.updated_at);
  document["last_reset_at"] = time_or_null(quota.last_reset_at);
  return document;
}

Json to_json(const tenancy::QuotaReset& reset) {
  return Json{{"number", reset.number},
              {"at", reset.at.to_string()},
              {"principal", reset.principal},
              {"used_before", reset.used_before},
              {"reason", reset.reason}};
}

std::vector<std::string> cells(const QuotaRecord& quota) {
  return {quota.metric, used_text(quota), limit_text(quota), time_text(quota.updated_at),
          time_text(quota.last_reset_at)};
}

std::string details(const QuotaRecord& quota) {
  Table table{{}};
  table.add({"Metric", quota.metric});
  table.add({"Used", used_text(quota)});
  table.add({"Limit", limit_text(quota)});
  table.add({"Updated", time_text(quota.updated_at)});
  table.add({"Last reset", quota.last_reset_at ? short_time(*quota.last_reset_at) : "never"});
  return table.take_lines();
}

}  // namespace tenantctl
