-- What wrk sends, and its figures in a form for programs.
--
--   wrk ... -s requests.lua URL -- read|list|search|statistics|write FILE
--
-- Each line of FILE is a tenant's key, the id of one of its deployments and its own; the lines are
-- gone through in their order, again and again.

local kind
local requests = {}
local next_one = 0
local writes = 0

local function as(key)
  return { ["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json" }
end

-- As long for each number, so that the head of the request fits all of them.
local function body(number)
  return string.format('{"project_name":"written-%010d","status":"active",' ..
    '"url":"https://written-%010d.customer.example"}', number, number)
end

local make = {
  read = function(key, id) return wrk.format("GET", "/api/deployments/" .. id, as(key)) end,
  list = function(key) return wrk.format("GET", "/api/deployments?limit=50", as(key)) end,
  search = function(key)
    return wrk.format("GET", "/api/deployments?status=active&search=PROJECT-104" ..
      "&sort=-updated_at&page=1&per_page=50", as(key))
  end,
  statistics = function(key, _, tenant)
    return wrk.format("GET", "/api/tenants/" .. tenant .. "/stats", as(key))
  end,
  write = function(key)
    local whole = wrk.format("POST", "/api/deployments", as(key), body(0))
    return whole:sub(1, #whole - #body(0))
  end,
}

function init(args)
  kind = args[1]
  for line in io.lines(args[2]) do
    local key, id, tenant = line:match("(%S+) (%S+) (%S+)")
    requests[#requests + 1] = make[kind](key, id, tenant)
  end
end

function request()
  next_one = next_one % #requests + 1
  if kind ~= "write" then
    return requests[next_one]
  end
  writes = writes + 1
  return requests[next_one] .. body(writes)
end

function done(summary, latency)
  local errors = summary.errors
  io.stderr:write(string.format("figures %d %d %d %d %d %d %d %d\n",
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99),
    latency:percentile(99.9)))
end
