// Sequelize: the schema is what sync makes of the adapter's models.
import SequelizeAdapter from "@auth/sequelize-adapter";
import { Sequelize } from "sequelize";
import { parts } from "./where.mjs";

function connect(database, where) {
  switch (database) {
    case "sqlite":
      return new Sequelize({ dialect: "sqlite", storage: where, logging: false });
    case "postgres":
      return new Sequelize(where, { dialect: "postgres", logging: false });
  }
  const { user, database: name, password, ...rest } = parts(where);
  return new Sequelize(name, user, password, {
    dialect: database === "mariadb" ? "mariadb" : "mysql",
    logging: false,
    ...rest,
  });
}

export async function open(database, where) {
  const client = connect(database, where);
  const adapter = SequelizeAdapter(client, { synchronize: false });
  return {
    adapter,
    migrate: () => client.sync().then(() => null),
    account: (key) => client.models.account.findOne({ where: key }),
    close: () => client.close(),
  };
}
