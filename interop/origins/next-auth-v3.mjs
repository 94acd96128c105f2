// NextAuth 3 with its own TypeORM adapter: the schema is what synchronize makes.
// Version 3 has another contract; here it is spoken to in the terms of the later
// one. What it makes itself (session tokens, hashes of verification tokens, the
// time of verification) is in what it returns.
import { createRequire } from "node:module";
import legacy from "@next-auth/typeorm-legacy-adapter";
import { parts } from "./where.mjs";

const secret = "interop";
const year = 365 * 86400; // a TIMESTAMP ends in 2038

export function config(database, where) {
  switch (database) {
    case "sqlite":
      return { type: "sqlite", database: where };
    case "postgres":
      return { type: "postgres", url: where };
  }
  // With the type "mariadb" NextAuth does not adapt its columns to MySQL.
  const { user, ...rest } = parts(where);
  return { type: database === "mariadb-type-mariadb" ? "mariadb" : "mysql", username: user, ...rest };
}

function person(user) {
  if (!user) return null;
  const { id, name, email, emailVerified, image } = user;
  return { id, name, email, emailVerified, image };
}

const login = ({ sessionToken, userId, expires }) => ({ sessionToken, userId, expires });

export async function open(database, where) {
  const options = { session: { maxAge: year, updateAge: 2 * year }, secret, logger: console };
  const v3 = await legacy.TypeORMLegacyAdapter(config(database, where)).getAdapter(options);
  const typeorm = createRequire(import.meta.resolve("@next-auth/typeorm-legacy-adapter"))("typeorm");
  const connection = typeorm.getConnection("nextauth");

  const adapter = {
    createUser: async (user) => person(await v3.createUser(user)),
    getUser: async (id) => person(await v3.getUser(id)),
    getUserByEmail: async (email) => person(await v3.getUserByEmail(email)),
    getUserByAccount: async (a) => person(await v3.getUserByProviderAccountId(a.provider, a.providerAccountId)),
    updateUser: async (user) => person(await v3.updateUser({ ...(await v3.getUser(user.id)), ...user })),
    linkAccount: async (a) => {
      const expires = a.expires_at === undefined ? null : new Date(a.expires_at * 1000);
      await v3.linkAccount(a.userId, a.provider, a.type, a.providerAccountId, a.refresh_token, a.access_token, expires);
    },
    // The expiry is the adapter's; updateSession with force stores another.
    async createSession({ userId, expires }) {
      const session = await v3.createSession({ id: userId });
      return login(await v3.updateSession({ ...session, expires }, true));
    },
    async getSessionAndUser(sessionToken) {
      const session = await v3.getSession(sessionToken);
      return session ? { session: login(session), user: person(await v3.getUser(session.userId)) } : null;
    },
    async updateSession({ sessionToken, expires }) {
      const session = await v3.getSession(sessionToken);
      return session ? login(await v3.updateSession({ ...session, expires }, true)) : null;
    },
    deleteSession: async (sessionToken) => void (await v3.deleteSession(sessionToken)),
    // The token is stored as a hash, which is returned.
    async createVerificationToken({ identifier, token, expires }) {
      const maxAge = (expires.valueOf() - Date.now()) / 1000;
      await v3.createVerificationRequest(identifier, "", token, secret, { maxAge, sendVerificationRequest() {} });
      const { token: hash, expires: stored } = await v3.getVerificationRequest(identifier, token, secret);
      return { identifier, token: hash, expires: stored };
    },
    async useVerificationToken({ identifier, token }) {
      const request = await v3.getVerificationRequest(identifier, token, secret);
      await v3.deleteVerificationRequest(identifier, token, secret);
      return request ? { identifier, token: request.token, expires: request.expires } : null;
    },
  };
  return {
    adapter,
    migrate: () => connection.synchronize(),
    account: ({ provider, providerAccountId }) =>
      connection.getRepository("Account").findOne({ providerId: provider, providerAccountId }),
    // getSession deletes an expired session and finds none.
    expired: async (sessionToken) => !(await v3.getSession(sessionToken)),
    close: () => connection.close(),
  };
}
