// Not the adapters of Auth.js but what is around them: tokens, cookies and routes
// of @auth/core, and of next-auth 4 and 3. There is no database but one in memory.
import { Auth } from "@auth/core";
import * as v5 from "@auth/core/jwt";
import * as v4 from "next-auth-4/jwt";
import v3 from "next-auth-3/jwt";

// What the frameworks of NextAuth 4 call, which the package does not export.
const { AuthHandler } = await import(new URL("../node_modules/next-auth-4/core/index.js", import.meta.url));

// A database of sessions, shared by all that are asked.
const sessions = new Map();
const user = { id: "ada-1", name: "Ada", email: "ada@example.com", image: null, emailVerified: null };
const unused = ["createUser", "getUser", "getUserByEmail", "getUserByAccount", "updateUser", "linkAccount", "createSession"];
const adapter = {
  // Auth.js asks whether they are there.
  ...Object.fromEntries(unused.map((name) => [name, () => Promise.reject(new Error(`nobody calls ${name}`))])),
  async getSessionAndUser(sessionToken) {
    const session = sessions.get(sessionToken);
    return session ? { session: { ...session }, user } : null;
  },
  async updateSession(change) {
    const session = Object.assign(sessions.get(change.sessionToken), change);
    return { ...session };
  },
  async deleteSession(sessionToken) {
    sessions.delete(sessionToken);
  },
};

// What is configured alike for both versions. What callbacks hide by default is
// shown: all claims, and the user.
const config = ({ secret, database, cookieName, useSecureCookies }) => ({
  secret,
  trustHost: true,
  providers: [],
  useSecureCookies,
  session: { strategy: database ? "database" : "jwt" },
  ...(database && { adapter }),
  ...(cookieName && { cookies: { sessionToken: { name: cookieName, options: { httpOnly: true, sameSite: "lax", path: "/", secure: useSecureCookies } } } }),
  callbacks: { session: ({ session, token, user }) => ({ ...session, token, id: user?.id }) },
  logger: { error: (error) => console.error(error), warn: () => {}, debug: () => {} },
});

// A request to a route of Auth.js 5, and what it answers.
async function handle5(options, method, path, cookie, form) {
  const url = `${options.useSecureCookies ? "https" : "http"}://app.example.com/api/auth/${path}`;
  const headers = { cookie, ...(form && { "content-type": "application/x-www-form-urlencoded" }) };
  const response = await Auth(new Request(url, { method, headers, body: form && new URLSearchParams(form) }), { ...config(options), basePath: "/api/auth" });
  return { status: response.status, cookies: response.headers.getSetCookie(), location: response.headers.get("location"), body: await response.text() };
}

// The same of NextAuth 4, whose cookies come as objects.
async function handle4(options, method, action, cookies, form) {
  const scheme = options.useSecureCookies ? "https" : "http";
  process.env.NEXTAUTH_URL = `${scheme}://app.example.com`;
  const response = await AuthHandler({
    req: { origin: process.env.NEXTAUTH_URL, action, method, cookies, headers: {}, query: {}, body: form },
    options: config(options),
  });
  return {
    status: response.status ?? 200,
    body: JSON.stringify(response.body ?? null),
    cookies: (response.cookies ?? []).map(({ name, value, options }) => ({ name, value, expires: options.expires ?? null, maxAge: options.maxAge ?? null, secure: options.secure, httpOnly: options.httpOnly, sameSite: options.sameSite, path: options.path })),
  };
}

const libraries = { 5: v5, 4: v4, 3: v3 };

export async function open() {
  return {
    adapter: {
      encode: (version, params) => libraries[version].encode(params),
      decode: (version, params) => libraries[version].decode(params),
      getToken: (version, { cookie, ...params }) => libraries[version].getToken({ req: { headers: new Headers({ cookie }), cookies: Object.fromEntries(cookie.split("; ").map((c) => [c.slice(0, c.indexOf("=")), decodeURIComponent(c.slice(c.indexOf("=") + 1))])) }, ...params }),
      handle5,
      handle4,
      store: (session) => void sessions.set(session.sessionToken, session),
      stored: (sessionToken) => sessions.get(sessionToken) ?? null,
    },
    close() {},
  };
}
