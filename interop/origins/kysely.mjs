// Kysely: on PostgreSQL the schema is the one of Auth.js's documentation. On the
// others that does not run; there it is the one of the adapter's own tests.
import { readFileSync } from "node:fs";
import { KyselyAdapter } from "@auth/kysely-adapter";
import { CompiledQuery, Kysely, MysqlDialect, PostgresDialect, SqliteDialect } from "kysely";
import { each } from "./where.mjs";

async function dialect(database, where) {
  switch (database) {
    case "sqlite": {
      const { default: Database } = await import("better-sqlite3");
      return new SqliteDialect({ database: new Database(where) });
    }
    case "postgres": {
      const { default: pg } = await import("pg");
      return new PostgresDialect({ pool: new pg.Pool({ connectionString: where }) });
    }
  }
  const { createPool } = await import("mysql2");
  return new MysqlDialect({ pool: createPool(where) });
}

export async function open(database, where) {
  const db = new Kysely({ dialect: await dialect(database, where) });
  const ddl = database === "mariadb" ? "mysql" : database;
  return {
    adapter: KyselyAdapter(db),
    migrate: () =>
      each(readFileSync(new URL(`kysely/${ddl}.sql`, import.meta.url), "utf8"), (sql) =>
        db.executeQuery(CompiledQuery.raw(sql)),
      ),
    account: ({ provider, providerAccountId }) =>
      db
        .selectFrom("Account")
        .selectAll()
        .where("provider", "=", provider)
        .where("providerAccountId", "=", providerAccountId)
        .executeTakeFirst(),
    close: () => db.destroy(),
  };
}
