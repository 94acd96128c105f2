// D1: its adapter on a file of SQLite, through the part of D1's interface that the
// adapter calls. The schema is what the adapter's up() makes.
import { D1Adapter, up } from "@auth/d1-adapter";
import Database from "better-sqlite3";

// A D1Database on better-sqlite3. D1 refuses undefined, and knows booleans as
// numbers; a statement that returns nothing is run.
class D1Shim {
  constructor(db) {
    this.db = db;
  }
  prepare(sql) {
    return new Statement(this.db.prepare(sql), []);
  }
}

class Statement {
  constructor(statement, values) {
    this.statement = statement;
    this.values = values;
  }
  bind(...values) {
    if (values.includes(undefined)) throw new Error("D1_TYPE_ERROR: Type 'undefined' not supported");
    return new Statement(this.statement, values.map((v) => (typeof v === "boolean" ? Number(v) : v)));
  }
  async all() {
    if (this.statement.reader) return { success: true, results: this.statement.all(...this.values) };
    const { changes } = this.statement.run(...this.values);
    return { success: true, results: [], meta: { changes } };
  }
  run() {
    return this.all();
  }
  async first() {
    return (await this.all()).results[0] ?? null;
  }
}

export async function open(_, where) {
  const db = new Database(where);
  return {
    adapter: D1Adapter(new D1Shim(db)),
    migrate: () => up(new D1Shim(db)),
    account: ({ provider, providerAccountId }) =>
      db.prepare(`select * from accounts where provider = ? and providerAccountId = ?`).get(provider, providerAccountId),
    close: () => db.close(),
  };
}
