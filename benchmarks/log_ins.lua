-- A storm of log-ins: people and strangers in turn, each from a network of their own. Whoever is
-- told to come back later does. Prints what became of them as one line of JSON, the last one.
local threads, count, pauses = {}, 0, {}
entered, refused, put_off, others = 0, 0, 0, 0

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  people, password = tonumber(arguments[1]), arguments[2]
  math.randomseed(tonumber(arguments[3]))
end

function delay()
  return table.remove(pauses) or 0
end

function request()
  count = count + 1
  local who = "stranger-" .. math.random(1000000000)
  if count % 2 == 0 then who = "person-" .. math.random(people) - 1 end
  local from = string.format(
    "10.%d.%d.%d", math.random(0, 255), math.random(0, 255), math.random(1, 254))
  local body = string.format('{"email":"%s@example.org","password":"%s"}', who, password)
  return wrk.format("POST", nil, {
    ["Content-Type"] = "application/json", ["X-Forwarded-For"] = from }, body)
end

function response(status, headers, _)
  if status == 200 then entered = entered + 1
  elseif status == 401 then refused = refused + 1
  elseif status == 429 then
    put_off = put_off + 1
    table.insert(pauses, 1000 * (headers["Retry-After"] or headers["retry-after"]))
  else others = others + 1 end
end

function done(summary, _, _)
  local sums = { entered = 0, refused = 0, put_off = 0, others = 0 }
  for _, thread in ipairs(threads) do
    for name, sum in pairs(sums) do sums[name] = sum + thread:get(name) end
  end
  io.write(string.format(
    '{"entered":%d,"refused":%d,"put_off":%d,"others":%d,"duration_us":%d}\n',
    sums.entered, sums.refused, sums.put_off, sums.others, summary.duration))
end
