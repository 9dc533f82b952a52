/**
 * A worker as far as memory goes: the handler with all that it loads, and units streaming through it
 * as in a take. Prints its largest resident set, MB: after loading, and at its end.
 */
import * as z from "zod";
import { parseJson } from "../../shared/lib/parse-json.ts";
import { keeperClient } from "../../shared/rows/lake/parquet-keeper-client.ts";
import { openParquetRowStore } from "../../shared/rows/lake/parquet-row-store.ts";
import { openPostgresRowStore } from "../../shared/rows/postgres-row-store.ts";
import type { RowStore } from "../../shared/rows/row-store.ts";
import { ingestUnits } from "../ingest/our-worker.ts";

const PlaceSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("postgres"), url: z.string() }),
  z.object({
    kind: z.literal("lake"),
    folder: z.string(),
    keeper: z.object({ url: z.string(), key: z.string() }),
  }),
]);

const [place = "", rootUrl = "", rowsAUnit = "", units = "", token = ""] = process.argv.slice(2);
const peakMb = () => Math.round(process.resourceUsage().maxRSS / 1_024);

await import("../../lambdas/handlers/fetch-batch.ts");
const loadedMb = peakMb();
await ingestUnits(await openStore(PlaceSchema.parse(parseJson(place))), rootUrl, {
  units: Number(units),
  rowsAUnit: Number(rowsAUnit),
  token: Number(token),
});
console.log(JSON.stringify({ loadedMb, peakMb: peakMb() }));
process.exit();

async function openStore(at: z.infer<typeof PlaceSchema>): Promise<RowStore> {
  if (at.kind === "postgres") return openPostgresRowStore(at.url);
  return openParquetRowStore(at.folder, keeperClient(at.keeper));
}
