// node-postgres: the schema is the SQL of Auth.js's documentation.
import { readFileSync } from "node:fs";
import PostgresAdapter from "@auth/pg-adapter";
import pg from "pg";

export const schema = () => readFileSync(new URL("pg/schema.sql", import.meta.url), "utf8");

export async function open(_, where, Adapter = PostgresAdapter) {
  const pool = new pg.Pool({ connectionString: where });
  return {
    adapter: Adapter(pool),
    migrate: () => pool.query(schema()).then(() => null),
    account: async ({ provider, providerAccountId }) => {
      const sql = `select * from accounts where provider = $1 and "providerAccountId" = $2`;
      return (await pool.query(sql, [provider, providerAccountId])).rows[0] ?? null;
    },
    close: () => pool.end(),
  };
}
