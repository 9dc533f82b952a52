import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newAccessKey } from "../../local/aws-servers/request-guard.ts";
import { startKeeperServer } from "../../local/lake/keeper-server.ts";
import type { RowsPlace } from "../../shared/config/rows-place.ts";
import { lakeLayout } from "../../shared/rows/lake/lake-layout.ts";
import { openUnitKeeper } from "../../shared/rows/lake/parquet-unit-keeper.ts";

/** An empty lake and its keeper on loopback, as a home's owner has them; the keeper is in this process. */
export async function startLake() {
  const folder = await mkdtemp(join(tmpdir(), "gsc-sync-bench-lake-"));
  const key = newAccessKey();
  const server = await startKeeperServer(await openUnitKeeper(lakeLayout(folder)), key);
  const keeper = { url: server.url, key };
  return {
    place: { kind: "lake", folder, keeper } satisfies RowsPlace,
    async stop() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
