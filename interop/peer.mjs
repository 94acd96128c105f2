// One of Auth.js's adapters as a process: requests come in as lines of JSON, and
// the answers go out as such.
//
//   node peer.mjs ORIGIN DATABASE WHERE
//
//   {"id": 1, "method": "getUser", "args": ["..."]}
//   {"id": 1, "result": {...}} or {"id": 1, "error": "..."}
//
// JSON keeps strings, numbers, booleans and null apart; what it has no type for
// is an object with one key: {"$date": "2026-01-02T03:04:05.678Z"}, with null for
// an invalid date, {"$bigint": "1"} and {"$bytes": "hex"}. So the other side sees
// which type the adapter has returned.
import { createInterface } from "node:readline";

function encode(value) {
  if (value instanceof Date) {
    return { $date: Number.isNaN(value.valueOf()) ? null : value.toISOString() };
  }
  if (typeof value === "bigint") return { $bigint: value.toString() };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("hex") };
  if (Array.isArray(value)) return value.map(encode);
  if (value === null || typeof value !== "object") return value ?? null;
  if (typeof value.get === "function" && value.dataValues) return encode(value.get({ plain: true })); // Sequelize
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, encode(member)]),
  );
}

function decode(value) {
  if (Array.isArray(value)) return value.map(decode);
  if (value === null || typeof value !== "object") return value;
  if ("$date" in value) return new Date(value.$date);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, decode(member)]));
}

// Whether Auth.js's core takes the session for expired; null if there is none.
async function expired(peer, sessionToken) {
  const found = await peer.adapter.getSessionAndUser(sessionToken);
  return found ? found.session.expires.valueOf() < Date.now() : null;
}

function answer(peer, method, args) {
  switch (method) {
    case "migrate":
    case "account":
    case "close":
      return peer[method](...args);
    case "expired":
      return (peer.expired ?? expired.bind(null, peer))(...args);
  }
  if (typeof peer.adapter[method] !== "function") throw new Error(`the adapter has no method ${method}`);
  return peer.adapter[method](...args);
}

// Libraries that print do it to standard error: standard output is the answers'.
console.log = console.info = console.debug = console.error;

const [origin, database, where] = process.argv.slice(2);
const { open } = await import(`./origins/${origin}.mjs`);
const peer = await open(database, where);

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, args } = JSON.parse(line);
  let reply;
  try {
    reply = { id, result: encode(await answer(peer, method, decode(args ?? []))) };
  } catch (error) {
    reply = { id, error: `${error?.name ?? "Error"}: ${error?.message ?? error}` };
  }
  process.stdout.write(JSON.stringify(reply) + "\n");
  if (method === "close") process.exit(0);
}
process.exit(0);
