#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/page.hpp"
#include "tenancy/registry/api_key.hpp"

#include "ctl/failure.hpp"
#include "ctl/quota_record.hpp"
#include "ctl/tenant_record.hpp"

namespace tenantctl {

// What answers of the API say, each read from its body. Members that are not known are left alone.
// The ids of keys, keys and cursors have only characters that such have, so that they can be copied
// into commands; other texts may be anything.
// Errors: `answer`, with what of it is missing or wrong.

Outcome<TenantRecord> read_tenant(std::string_view body);
Outcome<tenancy::Page<TenantRecord>> read_tenants(std::string_view body);
Outcome<tenancy::Page<tenancy::ApiKey>> read_keys(std::string_view body, tenancy::TenantId tenant);
Outcome<std::vector<QuotaRecord>> read_quotas(std::string_view body);
Outcome<QuotaRecord> read_quota(std::string_view body);
Outcome<tenancy::IssuedApiKey> read_issued_key(std::string_view body, tenancy::TenantId tenant);

/// Whether the page that was got for a cursor gives out another: who reads a whole list would else
/// ask for ever. Errors: `answer`.
Outcome<void> require_onward(const std::optional<std::string>& asked,
                             const std::optional<std::string>& next);

/// Why a server refused: its problem document (RFC 9457) as the error of the library that it names,
/// or else what its status means. The texts are the server's, which a store would tell more with.
Failure read_refusal(int status, std::string_view content_type, std::string_view body,
                     std::string_view request_id, bool may_have_changed);

}  // namespace tenantctl
