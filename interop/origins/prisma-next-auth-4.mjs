// Prisma with the models that NextAuth 4's documentation had, the same on every
// database: no authenticators, and no createdAt.
import { open as openPrisma } from "./prisma.mjs";

export const open = (database, where) => openPrisma(database, where, "prisma-next-auth-4");
