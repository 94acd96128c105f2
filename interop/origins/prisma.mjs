// Prisma: the models are those of Auth.js's documentation, which differ by database.
// Prisma's schema engine is a download, so the SQL that it makes of them is kept
// beside them. So is what `prisma generate` writes into a client (the models and
// the parameters, as JSON); the rest of a generated client is the lines below.
import { readFileSync } from "node:fs";
import { PrismaAdapter } from "@auth/prisma-adapter";
import { getPrismaClient } from "@prisma/client/runtime/client";
import { each, parts } from "./where.mjs";

const read = (name) => readFileSync(new URL(name, import.meta.url), "utf8");

async function client(models, provider, adapter) {
  const { runtimeDataModel, parameterizationSchema, ...versions } = JSON.parse(read(`${models}.json`));
  const runtime = `@prisma/client/runtime/query_compiler_fast_bg.${provider}`;
  const PrismaClient = getPrismaClient({
    ...versions,
    previewFeatures: [],
    activeProvider: provider,
    inlineSchema: read(`${models}.prisma`),
    runtimeDataModel,
    parameterizationSchema,
    compilerWasm: {
      getRuntime: () => import(`${runtime}.mjs`),
      getQueryCompilerWasmModule: async () => {
        const { wasm } = await import(`${runtime}.wasm-base64.mjs`);
        return new WebAssembly.Module(Buffer.from(wasm, "base64"));
      },
      importName: `./query_compiler_fast_bg.js`,
    },
  });
  return new PrismaClient({ adapter });
}

async function connect(folder, database, where) {
  switch (database) {
    case "sqlite":
    case "sqlite-unixepoch-ms": {
      const { PrismaBetterSqlite3 } = await import("@prisma/adapter-better-sqlite3");
      const options = database === "sqlite" ? {} : { timestampFormat: "unixepoch-ms" };
      return client(`${folder}/sqlite`, "sqlite", new PrismaBetterSqlite3({ url: `file:${where}` }, options));
    }
    case "postgres": {
      const { PrismaPg } = await import("@prisma/adapter-pg");
      return client(`${folder}/postgres`, "postgresql", new PrismaPg({ connectionString: where }));
    }
  }
  const { PrismaMariaDb } = await import("@prisma/adapter-mariadb");
  return client(`${folder}/mysql`, "mysql", new PrismaMariaDb({ ...parts(where), allowPublicKeyRetrieval: true }));
}

// open uses the models of the folder.
export async function open(database, where, folder = "prisma") {
  const prisma = await connect(folder, database, where);
  const ddl = { postgres: "postgres", mariadb: "mysql", mysql: "mysql" }[database] ?? "sqlite";
  return {
    adapter: PrismaAdapter(prisma),
    migrate: () => each(read(`${folder}/${ddl}.sql`), (sql) => prisma.$executeRawUnsafe(sql)),
    account: ({ provider, providerAccountId }) => prisma.account.findFirst({ where: { provider, providerAccountId } }),
    close: () => prisma.$disconnect(),
  };
}
