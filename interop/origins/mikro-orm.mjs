// MikroORM: the schema is what its SchemaGenerator makes of the adapter's entities.
import { MikroOrmAdapter, defaultEntities } from "@auth/mikro-orm-adapter";
import { MikroORM } from "@mikro-orm/core";
import { parts } from "./where.mjs";

async function options(database, where) {
  switch (database) {
    case "sqlite": {
      const { SqliteDriver: driver } = await import("@mikro-orm/sqlite");
      return { driver, dbName: where };
    }
    case "postgres": {
      const { PostgreSqlDriver: driver } = await import("@mikro-orm/postgresql");
      return { driver, clientUrl: where };
    }
    case "mariadb": {
      const { MariaDbDriver: driver } = await import("@mikro-orm/mariadb");
      return { driver, ...login(where) };
    }
  }
  const { MySqlDriver: driver } = await import("@mikro-orm/mysql");
  return { driver, ...login(where) };
}

function login(where) {
  const { database: dbName, ...rest } = parts(where);
  return { dbName, ...rest };
}

export async function open(database, where) {
  const config = { ...(await options(database, where)), debug: false };
  const adapter = MikroOrmAdapter({ ...config });
  const own = await MikroORM.init({ ...config, entities: Object.values(defaultEntities) });
  return {
    adapter,
    migrate: () => own.getSchemaGenerator().createSchema(),
    account: (key) => own.em.fork().findOne(defaultEntities.Account, key),
    async close() {
      await own.close();
      await adapter.__disconnect();
    },
  };
}
