import { nightPageSize } from "../../shared/sync/plan/plan-night.ts";
import { unitsABatch } from "../../shared/sync/plan/plan-units.ts";
import { type OperationsByCause, operationsOf } from "./counted-operations.ts";

/**
 * Operations as `npm run bench:overhead` counted them in a local run: 150 units of one page each, 16
 * takes, 3 workers.
 */
export const countedOperations: OperationsByCause = {
  request: { writes: 2.62, reads: 1.1, queue: 0, transitions: 0, events: 0 },
  unit: { writes: 0.75, reads: 0, queue: 0, transitions: 0, events: 1 },
  take: { writes: 6.13, reads: 28.63, queue: 3, transitions: 4.75, events: 0 },
  run: { writes: 19, reads: 12, queue: 0, transitions: 7, events: 1 },
};

/** Write units (1 KB) of a write, by its cause. That of a unit is its batch's, item and all. */
const writeUnits = { request: 1, take: 2, run: 3 } as const;
/** A batch item of 13 units has 2.2 KB, one of 50 has 7.6. */
const batchItemKilobytes = (units: number) => 0.3 + 0.146 * units;

/** The nightly machine enters two states for a property, and four for each page of them. */
const transitionsANightRun = 2 + 4 / nightPageSize;

/**
 * $, on demand, us-east-1. https://aws.amazon.com/dynamodb/pricing/on-demand/, …/sqs/pricing/,
 * …/step-functions/pricing/, …/eventbridge/pricing/, …/lambda/pricing/
 */
export const prices = {
  write: 0.625e-6,
  read: 0.125e-6,
  queue: 0.4e-6,
  transition: 25e-6,
  event: 1e-6,
  gigabyteSecond: 13.3334e-6,
  invocation: 0.2e-6,
  dynamoGigabyteMonth: 0.25,
  /** Point-in-time recovery, which a stage has unless its file says otherwise. */
  dynamoRecoveryGigabyteMonth: 0.2,
  dsqlGigabyteMonth: 0.33,
} as const;

/**
 * What a worker of 1 GB is reckoned to do: rows a second, and seconds of a lane that a page request
 * takes: Google's answer, calls of the stores, and what stands still at a slice's end, as
 * `npm run bench:scale` finds them at a median answer of 0.8 s.
 */
const worker = { rowsPerSecond: 5_000, requestSeconds: 1.2, lanes: 5, sliceSeconds: 4, workers: 3 };
const batchLimits = { batchSize: 50, concurrency: worker.workers };
/** The dispatcher runs beside the workers, with 0.5 GB. */
const dispatcherGigabytes = 0.5;
const rowGigabytes = 0.3e-6;

export type Work = {
  readonly runs: number;
  /** Those of the runs that a night starts. */
  readonly nightRuns: number;
  readonly units: number;
  readonly requests: number;
  readonly rows: number;
};

/** $ of work, without what the rows themselves cost: the same on every row store. */
export function pipelineCost({ runs, nightRuns, units, requests, rows }: Work): number {
  const seconds = rows / worker.rowsPerSecond + (requests * worker.requestSeconds) / worker.lanes;
  const batchUnits = unitsABatch(units / runs, batchLimits);
  const batches = runs * Math.ceil(units / runs / batchUnits);
  const takes = Math.max(batches, Math.ceil(seconds / worker.sliceSeconds));
  const counts = { request: requests, unit: units, take: takes, run: runs };
  const all = operationsOf(countedOperations, counts);
  const written =
    countedOperations.request.writes * writeUnits.request * requests +
    countedOperations.unit.writes * Math.ceil(batchItemKilobytes(batchUnits)) * units +
    countedOperations.take.writes * writeUnits.take * takes +
    countedOperations.run.writes * writeUnits.run * runs;
  const gigabyteSeconds = seconds + (dispatcherGigabytes * seconds) / worker.workers;
  return (
    written * prices.write +
    all.reads * prices.read +
    all.queue * prices.queue +
    (all.transitions + transitionsANightRun * nightRuns) * prices.transition +
    all.events * prices.event +
    gigabyteSeconds * prices.gigabyteSecond +
    (2 * takes + 2 * runs) * prices.invocation
  );
}

/** $ of writing rows to DynamoDB, one write unit each, and as much for each that is replaced by now. */
export function dynamoRowsCost({ rows }: Work, kept: number): number {
  return (rows + (rows - kept)) * prices.write;
}

const day = 25_000;
const backfill: Work = { runs: 1, nightRuns: 0, units: 150, requests: 300, rows: 150 * day };
/** Each day is read on three nights, until it is final. */
const month: Work = { runs: 30, nightRuns: 30, units: 90, requests: 180, rows: 90 * day };
/** Of a property with 1,000 rows a day. */
const smallMonth: Work = { ...month, requests: 90, rows: 90_000 };
/** Three reports of 1,000 rows a day each. */
const history: Work = { runs: 1, nightRuns: 0, units: 1_455, requests: 1_455, rows: 1_455_000 };

function times(work: Work, properties: number): Work {
  return {
    runs: work.runs * properties,
    nightRuns: work.nightRuns * properties,
    units: work.units * properties,
    requests: work.requests * properties,
    rows: work.rows * properties,
  };
}

/** The table of docs/cost.md; `kept`: distinct rows, which stay. */
export function costLines(): readonly string[] {
  const works = [
    ["150 days of 25,000 rows", backfill, 150 * day],
    ["a month of nights, 1 property of 25,000 rows a day", month, 30 * day],
    ["the same, 100 properties", times(month, 100), 3_000 * day],
    ["the same, 1,000 properties", times(month, 1_000), 30_000 * day],
    ["the same, 1,000 properties of 1,000 rows a day", times(smallMonth, 1_000), 30_000_000],
    ["16 months, 3 reports of 1,000 rows a day, 1,000 properties", times(history, 1_000), 1_455e6],
  ] as const;
  return works.map(([name, work, kept]) => {
    const pipeline = pipelineCost(work);
    const gigabytes = kept * rowGigabytes;
    const dynamoMonth = prices.dynamoGigabyteMonth + prices.dynamoRecoveryGigabyteMonth;
    return `| ${[
      name,
      `${(work.rows / 1e6).toLocaleString("en")} M`,
      work.requests.toLocaleString("en"),
      dollars(pipeline),
      dollars(pipeline + dynamoRowsCost(work, kept)),
      `${dollars(gigabytes * dynamoMonth)} / ${dollars(gigabytes * prices.dsqlGigabyteMonth)}`,
    ].join(" | ")} |`;
  });
}

function dollars(value: number): string {
  return value.toLocaleString("en", {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
}
