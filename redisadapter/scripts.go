package redisadapter

// The scripts. Each has one key, so that a cluster can run it.
const (
	// indexScript adds a token to the index of a user's sessions, and has the index
	// last as long as it. A score below 0 says since when a session is being
	// created; it changes nothing that is there. One above says until when its
	// record stays at least. It returns some that are due to be looked at, with their scores.
	//
	// score, token, milliseconds, now
	indexScript = `
local left = redis.call('PTTL', KEYS[1])
local due = {}
if tonumber(ARGV[1]) < 0 then
	redis.call('ZADD', KEYS[1], 'NX', ARGV[1], ARGV[2])
else
	redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
	due = redis.call('ZRANGEBYSCORE', KEYS[1], 0, ARGV[4], 'WITHSCORES', 'LIMIT', 0, 16)
end
if left == -2 or (left >= 0 and left < tonumber(ARGV[3])) then
	redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return due`

	// unlistScript removes tokens from an index whose scores are still these.
	//
	// token, score, token, score ...
	unlistScript = `
local removed = 0
for i = 1, #ARGV, 2 do
	local score = redis.call('ZSCORE', KEYS[1], ARGV[i])
	if score and tonumber(score) == tonumber(ARGV[i + 1]) then
		removed = removed + redis.call('ZREM', KEYS[1], ARGV[i])
	end
end
return removed`

	// latestScript says which session is the user's latest, and returns the one
	// before if the other side wrote it, which gives nothing an end.
	//
	// key of the session, milliseconds
	latestScript = `
local before = false
if redis.call('TYPE', KEYS[1]).ok == 'string' and redis.call('PTTL', KEYS[1]) == -1 then
	before = redis.call('GET', KEYS[1])
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return before`

	// swapScript writes a record if it is as it was read.
	//
	// as it was, as it is to be, milliseconds
	swapScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`

	// removeScript removes a record if it is as it was read.
	//
	// as it was
	removeScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`

	// revokeScript removes a session if it is the user's. What nobody can read is:
	// it was in their index.
	//
	// user
	revokeScript = `
local value = redis.call('GET', KEYS[1])
if not value then return 0 end
local ok, session = pcall(cjson.decode, value)
if ok and type(session) == 'table' and session.userId ~= nil and session.userId ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`

	// takeScript removes a verification token and returns it, if it is that of the
	// identifier.
	//
	// identifier, token
	takeScript = `
local value = redis.call('GET', KEYS[1])
if not value then return false end
local ok, record = pcall(cjson.decode, value)
if not ok or type(record) ~= 'table' or record.identifier ~= ARGV[1] or record.token ~= ARGV[2] then return false end
redis.call('DEL', KEYS[1])
return value`

	// getdelScript is GETDEL for servers before Redis 6.2, or without it.
	getdelScript = `
local value = redis.call('GET', KEYS[1])
if value then redis.call('DEL', KEYS[1]) end
return value`
)
