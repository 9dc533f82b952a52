/**
 * Peak resident set of a worker while pages of 25,000 rows stream through it at the default
 * parallelism, with URLs of 80 and of 500 characters on average, and pages of 1,000 rows beside
 * them; each also without what local mode tells V8 and glibc. Prints ratios; asserts nothing.
 *
 *   npm run bench:memory -- [--units N]
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as z from "zod";
import { memoryFlags, memoryVariables } from "../../local/functions/function-process.ts";
import { compileCache } from "../../local/processes/clone-cache.ts";
import { environmentNames } from "../../shared/config/names.ts";
import { startBodyServer } from "../support/body-server.ts";
import { startDatabase } from "../support/open-database.ts";
import { type Ratio, tellOutcome } from "../support/outcome.ts";

const { values } = parseArgs({ options: { units: { type: "string", default: "15" } } });
const aimMb = 256;
const leverThreeMb = 500;
const FiguresSchema = z.object({ loadedMb: z.number(), peakMb: z.number() });
const worker = fileURLToPath(new URL("./memory-worker.ts", import.meta.url));

const database = await startDatabase();
const env = {
  PATH: process.env.PATH,
  AWS_REGION: "us-east-1",
  NODE_COMPILE_CACHE: compileCache,
  [environmentNames.stage]: "bench",
  [environmentNames.lever]: "3",
  [environmentNames.ledgerTable]: "ledger",
  [environmentNames.quotaTable]: "quota",
  [environmentNames.postgresUrl]: database.url,
};
const ratios: Ratio[] = [];
const raw: Record<string, unknown> = {};
let token = 0;

for (const [rowsAPage, urlLength] of [
  [1_000, 80],
  [24_999, 80],
  [24_999, 500],
] as const) {
  const bodies = await startBodyServer({ rowsAPage, urlLength });
  const name = `${rowsAPage.toLocaleString("en")} rows a page, URLs of ${urlLength}`;
  for (const [how, flags, variables] of [
    ["as local mode runs it", memoryFlags, memoryVariables],
    ["as V8 and glibc come", [], {}],
  ] as const) {
    token += 1;
    const args = [worker, database.url, bodies.url, rowsAPage, values.units, token].map(String);
    const text = execFileSync(process.execPath, [...flags, ...args], {
      env: { ...env, ...variables },
    }).toString();
    const figures = FiguresSchema.parse(JSON.parse(text));
    raw[`${name}, ${how}`] = figures;
    const aim = how === "as local mode runs it" ? "≤ 1.00" : "";
    ratios.push({ what: `${name}, ${how}: MB / ${aimMb}`, value: figures.peakMb / aimMb, aim });
    if (rowsAPage === 1_000 && aim !== "") {
      const value = (3 * figures.peakMb) / leverThreeMb;
      ratios.push({ what: `${name}, three workers: MB / ${leverThreeMb}`, value, aim });
    }
  }
  await bodies.stop();
}
await database.stop();
tellOutcome({ name: "memory", ratios, raw });
