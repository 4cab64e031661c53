-- The load of wrk on registered customers and favorites: wrk -s rest.lua URL -- KIND ROWS FIRST KEY SEED
-- Ids are drawn from the whole table; phones are counted up from FIRST, so that none comes twice. The last line is JSON
-- for the harness.
local kind, rows, phone, fields
local line = " HTTP/1.1\r\nHost: 127.0.0.1\r\n"

function init(arguments)
  local key, seed
  kind, rows, phone, key, seed = unpack(arguments)
  rows, phone = tonumber(rows), tonumber(phone)
  math.randomseed(tonumber(seed))
  fields = "X-CUTSOM-AUTH: " .. key .. "\r\n"
end

local function send(method, path, body)
  if not body then return method .. " " .. path .. line .. fields .. "\r\n" end
  return method .. " " .. path .. line .. fields .. "Content-Type: application/json\r\nContent-Length: " .. #body
    .. "\r\n\r\n" .. body
end

local kinds = {
  read = function() return send("GET", "/rest/v1/customers/" .. math.random(1, rows) .. "/") end,
  list = function()
    return send("GET", "/rest/v1/customers/?limit=100&offset=" .. math.random(0, math.min(rows - 100, 1000)))
  end,
  create = function()
    phone = phone + 1
    return send("POST", "/rest/v1/customers/", string.format(
      '{"phone":"%.0f","firstname":"Виктор","lastname":"Smith","email":"u%.0f@example.com",'
      .. '"birthday":"2003-12-21","gender":"M","city_id":7,"last_auth_at":"2023-12-21T04:20:37.024Z"}', phone, phone))
  end,
  patch = function()
    return send("PATCH", "/rest/v1/customers/" .. math.random(1, rows) .. "/", string.format(
      '{"gender":"F","city_id":%d}', math.random(1, 1000)))
  end,
  favorite = function()
    return send("POST", "/rest/v1/favorites/", string.format(
      '{"user_id":%d,"item_id":%d}', math.random(1, rows), math.random(1, 1000000)))
  end,
}

function request() return kinds[kind]() end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"bytes":%d,"failures":%d,"median":%.6f,"p99":%.6f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50) / 1e6, latency:percentile(99) / 1e6))
end
