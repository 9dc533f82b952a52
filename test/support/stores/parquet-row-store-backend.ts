import { randomBytes } from "node:crypto";
import * as files from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startKeeperServer } from "../../../local/lake/keeper-server.ts";
import { lakeLayout } from "../../../shared/rows/lake/lake-layout.ts";
import type { KeeperFiles } from "../../../shared/rows/lake/parquet-folder.ts";
import { keeperClient } from "../../../shared/rows/lake/parquet-keeper-client.ts";
import { openParquetRowStore } from "../../../shared/rows/lake/parquet-row-store.ts";
import { openUnitKeeper } from "../../../shared/rows/lake/parquet-unit-keeper.ts";
import type { UnitKeeper } from "../../../shared/rows/lake/unit-keeper.ts";
import type { RowStore } from "../../../shared/rows/row-store.ts";
import type { RowStoreBackend } from "../../contracts/row-store-contract.ts";

/** The contract suite's view of a lake whose keeper is asked over HTTP, as workers do. */
export async function parquetBackend(): Promise<RowStoreBackend> {
  const root = await files.mkdtemp(join(tmpdir(), "gsc-lake-"));
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
      await files.mkdir(folder);
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
            const disk = dyingFiles(calls);
            keeper = await openUnitKeeper(lakeLayout(folder), disk.files);
            disk.isOpen();
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
      await files.rm(root, { recursive: true });
    },
  };
}

/** Files that fail for good after so many calls, counted from when the keeper is open. */
function dyingFiles(calls: number) {
  let left = Number.POSITIVE_INFINITY;
  const wrap =
    <Work extends (...args: never[]) => Promise<unknown>>(work: Work) =>
    async (...args: Parameters<Work>) => {
      left -= 1;
      if (left < 0) throw new Error("the process is gone");
      return work(...args);
    };
  return {
    isOpen() {
      left = calls;
    },
    files: {
      mkdir: wrap(files.mkdir),
      open: wrap(files.open),
      readdir: wrap(files.readdir as never),
      rename: wrap(files.rename),
      rm: wrap(files.rm),
      rmdir: wrap(files.rmdir),
      stat: wrap(files.stat),
    } as unknown as KeeperFiles,
  };
}
