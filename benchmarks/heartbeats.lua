-- Heartbeats of many players by turns, each with one event that goes on from its last.
-- Prints what wrk measured as one line of JSON, the last one.
local players, turn = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local id, token = line:match("(%S+) (%S+)")
    table.insert(players, { id = id, token = token, sequence = 0 })
  end
end

function request()
  turn = turn % #players + 1
  local player = players[turn]
  player.sequence = player.sequence + 1
  local at_ms = player.sequence * 10000
  local body = string.format(
    '{"session_id":"%s","token":"%s","events":[{"sequence":%d,"at_ms":%d,"kind":"heartbeat",' ..
    '"position_ms":%d,"buffer_ms":20000,"throughput_bps":5000000,"dropped_frames":0,' ..
    '"decoded_frames":%d}]}',
    player.id, player.token, player.sequence, at_ms, at_ms, player.sequence * 250)
  return wrk.format("POST", nil, { ["Content-Type"] = "application/json" }, body)
end

function done(summary, latency, _)
  local errors = summary.errors
  local failures = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '{"requests":%d,"duration_us":%d,"size_bytes":%d,"p50_us":%d,"p99_us":%d,"failures":%d}\n',
    summary.requests, summary.duration, summary.bytes,
    latency:percentile(50), latency:percentile(99), failures))
end
