// TypeORM: the schema is what synchronize makes of the adapter's entities.
import { TypeORMAdapter, entities } from "@auth/typeorm-adapter";
import { DataSource } from "typeorm";
import { parts } from "./where.mjs";

export function source(database, where) {
  switch (database) {
    case "sqlite":
      return { type: "sqlite", database: where };
    case "postgres":
      return { type: "postgres", url: where };
  }
  const { user, ...rest } = parts(where);
  return { type: database === "mariadb" ? "mariadb" : "mysql", username: user, ...rest };
}

export async function open(database, where) {
  // Without synchronize: false the adapter alters the schema on every call
  // outside production.
  const options = { ...source(database, where), synchronize: false };
  const adapter = TypeORMAdapter(options);
  const own = new DataSource({ ...options, entities: Object.values(entities) });
  await own.initialize();
  return {
    adapter,
    migrate: () => own.synchronize(),
    account: (key) => own.getRepository("AccountEntity").findOneBy(key),
    async close() {
      await own.destroy();
      await adapter.__disconnect();
    },
  };
}
