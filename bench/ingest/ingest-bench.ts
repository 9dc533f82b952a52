/**
 * Rows a second from HTTP body to committed, visible rows, for one worker, in a home's lake, in a real
 * Postgres (where this machine has one) and in dynalite; in the same rounds, the same rows by plain
 * means, and JSON.parse of the bodies. Beside the lake: Parquet files of rows that are in memory
 * already. Beside Postgres: the best plain upsert (over one connection, and over as many as ours), plain
 * insert, which knows no row that is there already, and COPY, all with their rows encoded before the
 * clock starts. Prints ratios; asserts nothing.
 *
 *   npm run bench:ingest -- [--rounds N] [--engine lake|postgres|dynamodb]
 */
import { parseArgs } from "node:util";
import { realPostgresFolder } from "../../test/support/servers/real-postgres.ts";
import { type Ratio, tellOutcome } from "../support/outcome.ts";
import { ingestDynamo } from "./ingest-dynamo.ts";
import { ingestLake } from "./ingest-lake.ts";
import { ingestRealPostgres } from "./ingest-postgres.ts";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, engine: { type: "string" } },
});
const rounds = Number(values.rounds);
const folder = realPostgresFolder();
const engines = {
  lake: () => ingestLake(rounds),
  postgres: () => (folder === undefined ? undefined : ingestRealPostgres(folder, rounds)),
  dynamodb: () => ingestDynamo(Math.min(rounds, 3)),
};

const ratios: Ratio[] = [];
const raw: Record<string, unknown> = {};
for (const [name, measure] of Object.entries(engines)) {
  if (values.engine !== undefined && values.engine !== name) continue;
  const found = await measure();
  if (found === undefined) {
    console.log(`${name}: not on this machine, left out`);
    continue;
  }
  ratios.push(...found.ratios);
  raw[name] = found.raw;
  console.log(`${name}, rows a second (and this process's processor ms):`);
  for (const [contender, { rowsPerSecond, cpuMs }] of Object.entries(found.raw)) {
    console.log(
      `  ${contender.padEnd(26)} ${String(rowsPerSecond).padStart(8)}  ${String(cpuMs).padStart(6)}`,
    );
  }
}
tellOutcome({ name: "ingest", ratios, raw });
