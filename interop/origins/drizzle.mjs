// Drizzle: the schema is what drizzle-kit 0.31.11 printed for the adapter's
// default tables.
import { readFileSync } from "node:fs";
import { DrizzleAdapter } from "@auth/drizzle-adapter";
import { each } from "./where.mjs";

async function connect(database, where) {
  switch (database) {
    case "sqlite": {
      const { default: Database } = await import("better-sqlite3");
      const { drizzle } = await import("drizzle-orm/better-sqlite3");
      const client = new Database(where);
      return { db: drizzle(client), run: (sql) => client.exec(sql), close: () => client.close() };
    }
    case "postgres": {
      const { default: pg } = await import("pg");
      const { drizzle } = await import("drizzle-orm/node-postgres");
      const pool = new pg.Pool({ connectionString: where });
      return { db: drizzle(pool), run: (sql) => pool.query(sql), close: () => pool.end() };
    }
  }
  const { default: mysql } = await import("mysql2/promise");
  const { drizzle } = await import("drizzle-orm/mysql2");
  const pool = mysql.createPool(where);
  return { db: drizzle(pool), run: (sql) => pool.query(sql), close: () => pool.end() };
}

export async function open(database, where) {
  const { db, run, close } = await connect(database, where);
  const adapter = DrizzleAdapter(db);
  const ddl = database === "mariadb" ? "mysql" : database;
  return {
    adapter,
    migrate: () => each(readFileSync(new URL(`drizzle/${ddl}.sql`, import.meta.url), "utf8"), run),
    account: ({ provider, providerAccountId }) => adapter.getAccount(providerAccountId, provider),
    close,
  };
}
