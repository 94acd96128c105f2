// One of Auth.js's adapters under load: internal/reliability starts several of
// these, kills them, and counts what is left.
//
//   node load.mjs ORIGIN DATABASE WHERE
//
// Orders come in as lines of JSON, and what happens goes out as such: see
// internal/reliability/peer.go, whose Go side takes and says the same. A call
// that throws may have been done or not: nobody promises more.
import { createInterface } from "node:readline";
import { randomUUID } from "node:crypto";
// What the sign-in of Auth.js does with an adapter. It is not exported.
import { handleLoginOrRegister } from "./node_modules/@auth/core/lib/actions/callback/handle-login.js";

const provider = "provider";
const there = "there";
const pick = (list) => list[Math.floor(Math.random() * list.length)];
const later = () => new Date(Date.now() + 3600_000 + Math.floor(Math.random() * 1e6) * 1000);
const say = (message) => process.stdout.write(JSON.stringify(message) + "\n");

// The name of what was thrown: the driver's code, if it is in there somewhere.
function kind(error) {
  for (let e = error; e; e = e.cause?.err ?? e.cause) {
    if (typeof e.code === "string") return e.code;
  }
  return error?.name ?? "Error";
}

let calls = 0;

// Makes a call and records it. It returns what the call did, or null.
async function attempt(needs, changes, call) {
  const id = ++calls;
  say({ begin: id, needs, changes });
  try {
    const result = await call();
    if (result === null && needs) {
      say({ end: id, outcome: "missing", kind: "null" });
    } else {
      say({ end: id, outcome: result === null ? "missing" : "done" });
    }
    return result;
  } catch (error) {
    say({ end: id, outcome: "unknown", kind: kind(error) });
    await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 40));
    return null;
  }
}

// The first sign-in of somebody, or one of the later ones.
function register(adapter, { email, name, account, session }) {
  return handleLoginOrRegister(
    undefined,
    { email, name },
    { type: "oauth", provider, providerAccountId: account },
    {
      adapter,
      events: {},
      session: { strategy: "database", maxAge: 3600, generateSessionToken: () => session },
      provider: { account: () => ({}) },
    },
  );
}

async function write(adapter, name, working) {
  let made = 0;
  let people = [];
  const tokens = [];
  const fresh = (what) => `${what}-${name}-${++made}`;

  async function registerSomebody() {
    const p = { email: `${fresh("somebody")}@example.com`, name: fresh("name"), account: fresh("account"), sessions: [fresh("session")] };
    const changes = [
      { key: `user:${p.email}`, value: p.name },
      { key: `account:${p.account}`, value: there },
      { key: `session:${p.sessions[0]}`, value: there },
    ];
    const result = await attempt("", changes, () => register(adapter, { ...p, session: p.sessions[0] }));
    if (result) people.push({ ...p, id: result.user.id });
  }

  async function createSession() {
    const p = pick(people);
    if (!p) return;
    const token = fresh("session");
    const session = { sessionToken: token, userId: p.id, expires: later() };
    if (await attempt("", [{ key: `session:${token}`, value: there }], () => adapter.createSession(session))) {
      p.sessions.push(token);
    } else {
      people = people.filter((other) => other !== p);
    }
  }

  async function updateSession() {
    const p = pick(people);
    if (!p) return;
    const sessionToken = pick(p.sessions);
    await attempt("", [], () => adapter.updateSession({ sessionToken, expires: later() }));
  }

  async function readSession() {
    const p = pick(people);
    if (!p) return;
    const token = pick(p.sessions);
    await attempt(`session:${token}`, [], () => adapter.getSessionAndUser(token));
  }

  async function createToken() {
    const token = fresh("token");
    const record = { identifier: token, token, expires: later() };
    if (await attempt("", [{ key: `token:${token}`, value: there }], () => adapter.createVerificationToken(record))) tokens.push(token);
  }

  async function useToken() {
    const token = tokens.pop();
    if (!token) return;
    await attempt(`token:${token}`, [{ key: `token:${token}`, value: "", spends: true }], () =>
      adapter.useVerificationToken({ identifier: token, token }),
    );
  }

  async function deleteUser() {
    const p = pick(people);
    if (!p) return;
    people = people.filter((other) => other !== p);
    const changes = [`user:${p.email}`, `account:${p.account}`, ...p.sessions.map((token) => `session:${token}`)];
    await attempt("", changes.map((key) => ({ key, value: "" })), async () => {
      await adapter.deleteUser(p.id);
      return true;
    });
  }

  // As often as the writers of Go do it.
  const weights = [[registerSomebody, 4], [createSession, 4], [updateSession, 3], [readSession, 2], [createToken, 4], [useToken, 4], [deleteUser, 1]];
  const all = weights.flatMap(([action, weight]) => Array(weight).fill(action));
  while (working()) await pick(all)();
}

// Makes calls at once. Not to get a token is no error.
async function together(list, call) {
  const answer = { used: 0, ids: {}, errors: {} };
  await Promise.all(
    list.map(async (item) => {
      try {
        await call(item, answer);
      } catch (error) {
        answer.errors[kind(error)] = (answer.errors[kind(error)] ?? 0) + 1;
      }
    }),
  );
  return answer;
}

console.log = console.info = console.debug = console.error;

const [origin, database, where] = process.argv.slice(2);
const { open } = await import(`./origins/${origin}.mjs`);
const peer = await open(database, where);
const { adapter } = peer;
let crew = null;
let working = false;

async function obey({ do: what, name, callers, token, people }) {
  switch (what) {
    case "migrate":
      await peer.migrate();
      return {};
    case "ping":
      await adapter.getUserByEmail("nobody@example.com");
      return {};
    case "write":
      working = true;
      crew = Array.from({ length: callers }, (_, i) => write(adapter, `${name}-${i}`, () => working));
      return {};
    case "stop":
      working = false;
      await Promise.all(crew);
      return {};
    case "create":
      await adapter.createVerificationToken({ identifier: token, token, expires: later() });
      return {};
    case "use":
      return together(Array(callers).fill(token), async (token, answer) => {
        if (await adapter.useVerificationToken({ identifier: token, token })) answer.used++;
      });
    case "register":
      return together(people, async (name, answer) => {
        const { user } = await register(adapter, { email: `${name}@example.com`, name, account: name, session: randomUUID() });
        answer.ids[name] = user.id;
      });
  }
  throw new Error(`nobody knows how to ${what}`);
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = await obey(JSON.parse(line));
  } catch (error) {
    answer = { failed: `${error?.name}: ${error?.message}` };
  }
  say({ answer });
}
process.exit(0);
