#pragma once

#include "service/execution.hpp"
#include "service/http/json_text.hpp"
#include "service/http/query.hpp"
#include "service/routes/filters.hpp"

namespace tenantd {

/// How clients see an execution.
JsonText to_json(const Execution& execution);

/// The executions that a request asks for by `status`, `started_after` and `started_before`.
/// Errors: 400.
Reply<tenancy::Query<Execution>> read_execution_query(const Query& query);

}  // namespace tenantd
