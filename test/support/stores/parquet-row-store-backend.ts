import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startKeeperServer } from "../../../local/lake/keeper-server.ts";
import { lakeLayout } from "../../../shared/rows/lake/lake-layout.ts";
import { keeperClient } from "../../../shared/rows/lake/parquet-keeper-client.ts";
import { openParquetRowStore } from "../../../shared/rows/lake/parquet-row-store.ts";
import { openUnitKeeper } from "../../../shared/rows/lake/parquet-unit-keeper.ts";
import type { RowStoreBackend } from "../../contracts/row-store-contract.ts";

/** The contract suite's view of a lake whose keeper is asked over HTTP, as workers do. */
export async function parquetBackend(): Promise<RowStoreBackend> {
  const root = await mkdtemp(join(tmpdir(), "gsc-lake-"));
  const key = randomBytes(8).toString("hex");
  const servers: { close(): Promise<void> }[] = [];
  let lakes = 0;
  return {
    async emptyStore(findReport) {
      for (const server of servers.splice(0)) await server.close();
      lakes += 1;
      const folder = join(root, String(lakes));
      await mkdir(folder);
      const server = await startKeeperServer(await openUnitKeeper(lakeLayout(folder)), key);
      servers.push(server);
      return openParquetRowStore(folder, keeperClient({ url: server.url, key }), { findReport });
    },
    fullPage: 25_000,
    wholeCounts: true,
    async stop() {
      for (const server of servers) await server.close();
      await rm(root, { recursive: true });
    },
  };
}
