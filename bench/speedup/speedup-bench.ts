/**
 * A backfill of 150 days of about 1,000 rows by the whole pipeline, from a sample server whose answers
 * take a log-normal time: the sequential path against 1, 3 and 5 workers, and 3 and 5 workers that
 * fetch one unit at a time as the sequential path does; each also over the floor that quota, latency
 * and store set. The rows go into the home's lake. The large property beside it, with its bottleneck.
 * Prints ratios; asserts nothing.
 *
 *   npm run bench:speedup -- [--days N] [--latency MS]...
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { environmentNames } from "../../shared/config/names.ts";
import { rowsAUnit, unitRows } from "../ingest/ingest-figures.ts";
import { plainParquet } from "../ingest/plain-parquet.ts";
import { type BenchHome, type LocalRun, openBenchHome } from "../support/local-run.ts";
import { type Ratio, tellOutcome } from "../support/outcome.ts";
import { floorOf, floorSeconds } from "./run-floor.ts";

const { values } = parseArgs({
  options: {
    days: { type: "string", default: "150" },
    latency: { type: "string", multiple: true, default: ["300", "800", "2000"] },
  },
});
/** Units that a worker fetches at once unless it is told otherwise. */
const defaultLanes = 5;
const sample = "sc-domain:sample.example";
const large = "sc-domain:large.example";
const largeDays = "30";

/** Rows a day of the sample property, about. */
const smallUnit = 1_000;

const ratios: Ratio[] = [];
const raw: Record<string, unknown> = {};

/** Runs, and what its time is over its floor. */
async function timed(
  home: BenchHome,
  name: string,
  options: {
    readonly site: string;
    readonly days: string;
    readonly workers: number;
    readonly lanes: number;
    readonly latencyMs: number;
    readonly storeRowsPerSecond: number;
  },
): Promise<{ readonly run: LocalRun; readonly overFloor: number; readonly boundBy: string }> {
  const { site, days, workers } = options;
  const args = ["--site-url", site, "--days", days, "--concurrency", String(workers)];
  const run = await home.backfill(...args);
  // Each worker writes its own files, on a processor of its own where there is one.
  const atOnce = Math.min(workers, availableParallelism());
  const floor = floorOf(run, {
    ...options,
    lanes: workers * options.lanes,
    storeRowsPerSecond: options.storeRowsPerSecond * atOnce,
  });
  const seconds = run.summary.durationMs / 1_000;
  console.log(
    `${name.padEnd(58)} ${seconds.toFixed(1)} s, floor ${floorSeconds(floor).toFixed(1)} s by ${floor.boundBy}`,
  );
  raw[name] = { seconds, floor, summary: run.summary };
  return { run, overFloor: seconds / floorSeconds(floor), boundBy: floor.boundBy };
}

for (const latencyMs of values.latency.map(Number)) {
  const home = await openBenchHome({ latencyMs });
  try {
    const storeRowsPerSecond = await storeRate(smallUnit);
    const shared = { days: values.days, site: sample, latencyMs, storeRowsPerSecond };
    const warm = ["--site-url", sample, "--days", "5", "--concurrency", "5"];
    await home.backfill(...warm);
    const name = (what: string) => `median ${latencyMs} ms, ${what}`;
    const sequential = await timed(home, name("sequential"), { ...shared, workers: 1, lanes: 1 });
    for (const workers of [3, 5]) {
      const what = name(`${workers} workers`);
      const found = await timed(home, what, { ...shared, workers, lanes: defaultLanes });
      const value = sequential.run.summary.durationMs / found.run.summary.durationMs;
      const aim = workers === 3 && latencyMs === 800 ? "≥ 8.00" : "";
      ratios.push({ what: `${what}: speedup`, value, aim });
      const floorAim = workers === 5 ? "≤ 1.15" : "";
      const over = `${what}: wall time / floor (${found.boundBy})`;
      ratios.push({ what: over, value: found.overFloor, aim: floorAim });
    }
    if (latencyMs === 300) {
      const what = `${name("large property, 5 workers")}`;
      const found = await timed(home, what, {
        ...shared,
        site: large,
        days: largeDays,
        workers: 5,
        lanes: defaultLanes,
        storeRowsPerSecond: await storeRate(rowsAUnit),
      });
      ratios.push({
        what: `${what}: wall time / floor (${found.boundBy})`,
        value: found.overFloor,
        aim: "",
      });
    }
    await equalParallelism(latencyMs, storeRowsPerSecond, sequential.run.summary.durationMs);
  } finally {
    await home.close();
  }
}
tellOutcome({ name: "speedup", ratios, raw });

/** Workers that fetch one unit at a time: what more workers alone bring. */
async function equalParallelism(latencyMs: number, storeRowsPerSecond: number, againstMs: number) {
  const variables = { [environmentNames.unitsAtOnce]: "1" };
  const home = await openBenchHome({ latencyMs, variables });
  try {
    for (const workers of [3, 5]) {
      const what = `median ${latencyMs} ms, ${workers} workers of one unit at a time`;
      const { run } = await timed(home, what, {
        site: sample,
        days: values.days,
        workers,
        lanes: 1,
        latencyMs,
        storeRowsPerSecond,
      });
      const value = againstMs / run.summary.durationMs / workers;
      ratios.push({ what: `${what}: speedup / workers`, value, aim: "" });
    }
  } finally {
    await home.close();
  }
}

/** Rows a second of one process that only writes them into files of so many rows. */
async function storeRate(rowsAFile: number): Promise<number> {
  const plain = await plainParquet(unitRows(rowsAFile).page);
  const files = Math.ceil((2 * rowsAUnit) / rowsAFile);
  try {
    await plain.write(2);
    const startedAt = performance.now();
    await plain.write(files);
    return (files * rowsAFile * 1_000) / (performance.now() - startedAt);
  } finally {
    await plain.end();
  }
}
