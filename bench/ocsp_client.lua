-- Questions from a file, chosen at random: KIND=get takes lines as paths, anything else as hexadecimal bodies of a POST.
-- PAUSE_MS, where given, is how long a connection waits before it asks again, at the mean.
local by_get = os.getenv("KIND") == "get"
local questions, count = {}, 0
local pause = tonumber(os.getenv("PAUSE_MS") or "0")

local function octets(text)
  return (text:gsub("..", function(pair) return string.char(tonumber(pair, 16)) end))
end

function init(args)
  math.randomseed(os.time())
  local header = {["Content-Type"] = "application/ocsp-request"}
  for line in io.lines(os.getenv("QUESTIONS")) do
    count = count + 1
    questions[count] = by_get and wrk.format("GET", line) or wrk.format("POST", "/ocsp", header, octets(line))
  end
end

function request()
  return questions[math.random(count)]
end

if pause > 0 then
  function delay()
    return math.random(0, 2 * pause)
  end
end
