/**
 * A worker as far as memory goes: the handler with all that it loads, and units streaming through it
 * as in a take. Prints its largest resident set, MB: after loading, and at its end.
 */
import { openPostgresRowStore } from "../../shared/rows/postgres-row-store.ts";
import { ingestUnits } from "../ingest/our-worker.ts";

const [databaseUrl = "", rootUrl = "", rowsAUnit = "", units = "", token = ""] =
  process.argv.slice(2);
const peakMb = () => Math.round(process.resourceUsage().maxRSS / 1_024);

await import("../../lambdas/handlers/fetch-batch.ts");
const loadedMb = peakMb();
const store = await openPostgresRowStore(databaseUrl);
await ingestUnits(store, rootUrl, {
  units: Number(units),
  rowsAUnit: Number(rowsAUnit),
  token: Number(token),
});
console.log(JSON.stringify({ loadedMb, peakMb: peakMb() }));
process.exit();
