/**
 * Peak resident set of a worker of a home while units stream through it into the home's lake at the
 * default parallelism: of 25,000 rows with URLs of 80 and of 500 characters on average, of 50,000 in two
 * pages, which the worker holds until the unit is whole, and of 1,000 beside them; each also without what
 * local mode tells V8 and glibc. The same into a real Postgres, where this machine has one. Prints
 * ratios; asserts nothing.
 *
 *   npm run bench:memory -- [--units N] [--store lake|postgres]
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import * as z from "zod";
import { memoryFlags, memoryVariables } from "../../local/functions/function-process.ts";
import { compileCache } from "../../local/processes/clone-cache.ts";
import { environmentNames } from "../../shared/config/names.ts";
import type { RowsPlace } from "../../shared/config/rows-place.ts";
import { parseJson } from "../../shared/lib/parse-json.ts";
import { realPostgresFolder, startRealPostgres } from "../../test/support/servers/real-postgres.ts";
import { startBodyServer } from "../support/body-server.ts";
import { type Ratio, tellOutcome } from "../support/outcome.ts";
import { startLake } from "../support/start-lake.ts";

const { values } = parseArgs({
  options: { units: { type: "string", default: "15" }, store: { type: "string" } },
});
const aimMb = 256;
const leverThreeMb = 500;
const FiguresSchema = z.object({ loadedMb: z.number(), peakMb: z.number() });
const worker = fileURLToPath(new URL("./memory-worker.ts", import.meta.url));
const env = {
  PATH: process.env.PATH,
  AWS_REGION: "us-east-1",
  NODE_COMPILE_CACHE: compileCache,
  [environmentNames.stage]: "bench",
  [environmentNames.lever]: "3",
  [environmentNames.ledgerTable]: "ledger",
  [environmentNames.quotaTable]: "quota",
};

const asHome = { how: "as local mode runs it", flags: memoryFlags, variables: memoryVariables };
const asItComes = { how: "as V8 and glibc come", flags: [], variables: {} };
const shapes = [
  { rowsAPage: 1_000, pages: 1, urlLength: 80 },
  { rowsAPage: 24_999, pages: 1, urlLength: 80 },
  { rowsAPage: 24_999, pages: 1, urlLength: 500 },
  { rowsAPage: 25_000, pages: 2, urlLength: 80 },
];

const ratios: Ratio[] = [];
const raw: Record<string, unknown> = {};
let token = 0;

for (const { place, stop } of await startStores()) {
  for (const shape of shapes) {
    const bodies = await startBodyServer(shape);
    const rows = shape.rowsAPage * shape.pages;
    const name = `${place.kind}: ${rows.toLocaleString("en")} rows a unit, URLs of ${shape.urlLength}`;
    for (const { how, flags, variables } of place.kind === "lake"
      ? [asHome, asItComes]
      : [asHome]) {
      token += 1;
      const args = [worker, JSON.stringify(place), bodies.url, rows, values.units, token];
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [...flags, ...args.map(String)],
        {
          env: { ...env, ...placeVariables(place), ...variables },
        },
      );
      const figures = FiguresSchema.parse(parseJson(stdout));
      raw[`${name}, ${how}`] = figures;
      const aim = how === asHome.how ? "≤ 1.00" : "";
      ratios.push({ what: `${name}, ${how}: MB / ${aimMb}`, value: figures.peakMb / aimMb, aim });
      if (shape.rowsAPage === 1_000 && aim !== "") {
        const value = (3 * figures.peakMb) / leverThreeMb;
        ratios.push({ what: `${name}, three workers: MB / ${leverThreeMb}`, value, aim });
      }
    }
    await bodies.stop();
  }
  await stop();
}
tellOutcome({ name: "memory", ratios, raw });

type Store = { readonly place: RowsPlace; stop(): Promise<void> };

async function startStores(): Promise<readonly Store[]> {
  const stores: Store[] = [];
  if (values.store !== "postgres") stores.push(await startLake());
  const folder = realPostgresFolder();
  if (folder === undefined || values.store === "lake") return stores;
  const { url, stop } = await startRealPostgres(folder);
  return [...stores, { place: { kind: "postgres", url }, stop }];
}

/** What the handler asks of its environment as it is loaded. */
function placeVariables(place: RowsPlace): Readonly<Record<string, string>> {
  if (place.kind !== "lake")
    return place.kind === "postgres" ? { [environmentNames.postgresUrl]: place.url } : {};
  return {
    [environmentNames.rowStore]: "lake",
    [environmentNames.lake]: place.folder,
    [environmentNames.lakeKeeper]: place.keeper.url,
    AWS_ACCESS_KEY_ID: place.keeper.key,
  };
}
