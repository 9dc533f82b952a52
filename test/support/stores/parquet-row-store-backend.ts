import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startKeeperServer } from "../../../local/lake/keeper-server.ts";
import { lakeLayout } from "../../../shared/rows/lake/lake-layout.ts";
import { keeperClient } from "../../../shared/rows/lake/parquet-keeper-client.ts";
import { openParquetRowStore } from "../../../shared/rows/lake/parquet-row-store.ts";
import { openUnitKeeper } from "../../../shared/rows/lake/parquet-unit-keeper.ts";
import type { UnitKeeper } from "../../../shared/rows/lake/unit-keeper.ts";
import type { RowStore } from "../../../shared/rows/row-store.ts";
import type { RowStoreBackend } from "../../contracts/row-store-contract.ts";
import { dyingFiles } from "./dying-files.ts";

/** The contract suite's view of a lake whose keeper is asked over HTTP, as workers do. */
export async function parquetBackend(): Promise<RowStoreBackend> {
  const root = await mkdtemp(join(tmpdir(), "gsc-lake-"));
  const key = randomBytes(8).toString("hex");
  const servers: { close(): Promise<void> }[] = [];
  let lakes = 0;
  let keeper: UnitKeeper;
  let store: RowStore;
  let folder = "";
  const present: UnitKeeper = {
    place: (part) => keeper.place(part),
    purge: (purge) => keeper.purge(purge),
    sweep: (untilMs) => keeper.sweep(untilMs),
  };
  return {
    async emptyStore(findReport) {
      for (const server of servers.splice(0)) await server.close();
      lakes += 1;
      folder = join(root, String(lakes));
      await mkdir(folder);
      keeper = await openUnitKeeper(lakeLayout(folder));
      const server = await startKeeperServer(present, key);
      servers.push(server);
      store = openParquetRowStore(folder, keeperClient({ url: server.url, key }), { findReport });
      return store;
    },
    /** Its keeper dies during a purge, and the home's next owner opens another. */
    async dyingStore(calls) {
      return {
        ...store,
        async *purgeUnits(purge, nowMs) {
          try {
            using _files = dyingFiles(calls);
            yield* store.purgeUnits(purge, nowMs);
          } finally {
            keeper = await openUnitKeeper(lakeLayout(folder));
          }
        },
      };
    },
    deathStride: 1,
    fullPage: 25_000,
    wholeCounts: true,
    async stop() {
      for (const server of servers) await server.close();
      await rm(root, { recursive: true });
    },
  };
}
