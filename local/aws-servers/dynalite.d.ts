declare module "dynalite" {
  import type { Server } from "node:http";

  /** Options and defaults: https://github.com/architect/dynalite#readme */
  type DynaliteOptions = {
    /** Folder of the LevelDB store; absent: in memory. */
    readonly path?: string | undefined;
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
  };

  /** `close` ends the store too, once all connections have ended. */
  export default function dynalite(options?: DynaliteOptions): Server;
}
