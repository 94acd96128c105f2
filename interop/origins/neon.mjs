// Neon: its adapter on a Pool of node-postgres, whose interface Neon's own driver
// has. The documented schema is that of node-postgres.
import NeonAdapter from "@auth/neon-adapter";
import { open as openPG } from "./pg.mjs";

export const open = (database, where) => openPG(database, where, NeonAdapter);
