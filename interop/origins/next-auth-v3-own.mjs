// NextAuth 3's own contract, called as its core calls it: getAdapter anew before
// each call, and its methods through the handler of errors. An answer says what the
// core would see: which kind of value, what was thrown, logged and sent, and what
// became of the arguments.
import { createRequire } from "node:module";
import adapters from "next-auth-3/adapters";
import { config } from "./next-auth-v3.mjs";

const { default: handled } = createRequire(import.meta.url)("../node_modules/next-auth-3/dist/adapters/error-handler.js");

const kind = (value) => (value === undefined || value === null ? String(value) : "value");

export async function open(database, where) {
  const v3 = adapters.default.TypeORM.Adapter(config(database, where));

  async function call({ session, secret, baseUrl, fails }, method, ...args) {
    const logged = [];
    const sent = [];
    const logger = { debug: (code) => logged.push(code), error: (code) => logged.push(code) };
    const instance = handled(await v3.getAdapter({ session, secret, baseUrl, logger }), logger);
    const provider = args.at(-1);
    if (provider?.type === "email") {
      provider.sendVerificationRequest = async ({ provider, ...request }) => {
        await new Promise((resolve) => setTimeout(resolve, 10)); // is it waited for?
        sent.push({ ...request, provider: provider.id });
        if (fails) throw new Error("550 no such user");
      };
    }
    try {
      const value = await instance[method](...args.map((arg) => arg?.undefined ? undefined : arg));
      return { kind: kind(value), value, logged, sent, args };
    } catch (error) {
      return { thrown: error.name, logged, sent, args };
    }
  }

  await v3.getAdapter({ session: {}, secret: "", logger: console });
  const typeorm = createRequire(createRequire(import.meta.url).resolve("@next-auth/typeorm-legacy-adapter"))("typeorm");
  const connection = typeorm.getConnection("nextauth");
  return {
    adapter: { call },
    migrate: () => connection.synchronize(),
    close: () => connection.close(),
  };
}
