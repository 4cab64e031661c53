-- The load of wrk: wrk -s load.lua URL -- single|page ROWS RECORDS KEY SEED
-- Ids are drawn from the whole table for every request, as pgbench does. The last line is JSON for the harness.
local head, tail, highest, first

function init(arguments)
  local kind, rows, records, key, seed = unpack(arguments)
  math.randomseed(tonumber(seed))
  tail = " HTTP/1.1\r\nHost: 127.0.0.1\r\nX-CUTSOM-AUTH: " .. key .. "\r\n"
  if kind == "single" then
    head, first, highest = "GET /customer/", 1, tonumber(rows)
  else
    -- The last page is full too.
    head, first, highest = "POST /customers?previous_id=", 0, tonumber(rows) - tonumber(records)
    tail = "&records=" .. records .. tail .. "Content-Length: 0\r\n"
  end
  tail = tail .. "\r\n"
end

function request()
  return head .. math.random(first, highest) .. tail
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"bytes":%d,"failures":%d,"median":%.6f,"p99":%.6f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50) / 1e6, latency:percentile(99) / 1e6))
end
