-- Plays cases, or reads addresses, for wrk: a thread is a caller on a connection of its own.
-- Argument: a file that returns the plan, a table with tokens (cookies, where so said), callers, first, and either reads
-- or reception and commands.

local threads = 0

function setup(thread)
  thread:set("nth", threads)
  threads = threads + 1
end

function init(args)
  plan = dofile(args[1])
  number = plan.first + nth
  step, case, failures = 0, nil, 0
  headers = { ["Content-Type"] = "application/json" }
  local secret = plan.tokens[nth % #plan.tokens + 1]
  if plan.cookies then
    headers["Cookie"] = secret
  else
    headers["Authorization"] = "Bearer " .. secret
  end
end

function request()
  if plan.reads then
    step = step + 1
    return wrk.format("GET", plan.reads[step % #plan.reads + 1], headers)
  end
  if case == nil then
    number = number + plan.callers
    local body = plan.reception:gsub("W000000000", string.format("W%09d", number))
    return wrk.format("POST", "/api/v1/requests", headers, body)
  end
  step = step + 1
  local command = plan.commands[step]
  return wrk.format("POST", case .. command[1], headers, command[2])
end

function response(status, found, body)
  if status ~= 200 and status ~= 201 then
    if failures == 0 then
      io.write(status, " ", body, "\n")
    end
    failures = failures + 1
    case = nil
  elseif not plan.reads then
    if case == nil then
      case, step = found["Location"] or found["location"], 0
    elseif step == #plan.commands then
      case = nil
    end
  end
end

function done(summary, latency)
  local wrong = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  io.write(string.format('\n{"requests": %d, "microseconds": %d, "p95": %d, "wrong": %d}\n',
    summary.requests, summary.duration, latency:percentile(95), wrong))
end
