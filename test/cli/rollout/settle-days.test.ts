import { expect, test } from "vitest";
import { CommandError } from "../../../cli/output/errors.ts";
import { reportContent } from "../../../cli/rollout/report-content.ts";
import { reportMarkdown } from "../../../cli/rollout/report-files.ts";
import { settleDays } from "../../../cli/rollout/settle-days.ts";
import { lockProperty } from "../../../shared/ledger/property-lock.ts";
import { batchIdAt, type Run } from "../../../shared/ledger/run.ts";
import { isEqual } from "../../../shared/operations/rollout/rollout-figures.ts";
import type { SettledDay } from "../../../shared/operations/rollout/settle-differences.ts";
import { rolloutVerdicts } from "../../../shared/operations/rollout/verdicts.ts";
import type { PacificDate } from "../../../shared/request/pacific-date.ts";
import { aRun } from "../../support/samples/a-run.ts";
import { sampleFigures } from "../../support/samples/rollout-samples.ts";
import { sampleRecord, sampleRows } from "../../support/samples/row-samples.ts";
import { memoryLedger } from "../../support/stores/memory-ledger.ts";

const good = sampleFigures();
const { siteUrl } = good;
/** Two stretches: the first day, and the third with the fourth. */
const days = good.compared.days.map((day, index) =>
  [0, 2, 3].includes(index) ? { ...day, difference: "5 rows, then 6" } : day,
);
const [first, , third, fourth] = days;
if (!first || !third || !fourth) throw new Error("four days");
const aTake = { token: 1, untilMs: Date.now() + 60_000 };
const firstFetch = `third fetch of ${first.date} to ${first.date}`;
const lastFetch = `third fetch of ${third.date} to ${fourth.date}`;

function recordsOf(runId: string, dates: readonly PacificDate[]) {
  const records = dates.map((date) =>
    sampleRecord({ siteUrl, report: "page_query", date }, 1, [sampleRows(6, date)], { runId }),
  );
  return { runId, records };
}

/** Google's revisions all: a third fetch gives what the concurrent run stored, if it does not fail. */
function aWorld(failing: string, itsRun: Partial<Run> | "unknown" | "out of reach" = {}) {
  const ledger = memoryLedger({ lever: 1 });
  const concurrent = recordsOf(
    "b",
    [first, third, fourth].flatMap((day) => day?.date ?? []),
  );
  const world = {
    ledger,
    fetched: [] as string[],
    notices: [] as string[],
    goOn() {},
    failed: "",
    settle: (): Promise<readonly SettledDay[]> =>
      settleDays(days, concurrent, {
        ledger: itsRun === "out of reach" ? { ...ledger, changeRun } : ledger,
        goOn: () => world.goOn(),
        notice: (text) => world.notices.push(text),
        async fetch(what, { from, to, runId }) {
          world.fetched.push(what);
          if (what !== failing) return recordsOf(runId, [from, to]);
          world.failed = runId;
          if (typeof itsRun === "object") await begin(runId, itsRun);
          throw new CommandError(`run ${runId} goes on without this command: throttled`);
        },
      }),
  };
  async function begin(runId: string, changes: Partial<Run>) {
    const run = aRun({ runId, siteUrl, ...changes });
    await ledger.createRun(run);
    await lockProperty(run, ledger, Date.now());
  }
  return world;
}

async function changeRun(): Promise<never> {
  throw new Error("throttled");
}

test("each stretch of days that differ is fetched a third time, and settled", async () => {
  const world = aWorld("none");
  expect(await world.settle()).toMatchObject(
    [first, third, fourth].map(({ date }) => ({ date, cause: "google" })),
  );
  expect(world.fetched).toEqual([firstFetch, lastFetch]);
  expect(world.notices).toEqual(["3 days fetched a third time"]);
});

test("the first third fetch that fails is the last, and its run is halted", async () => {
  const world = aWorld(firstFetch);
  expect(await world.settle()).toEqual([]);
  expect(world.fetched).toEqual([firstFetch]);
  expect(await world.ledger.readRun(world.failed)).toMatchObject({
    status: "halted",
    reason: "its rollout could not follow it",
  });
  expect(await world.ledger.readLock(siteUrl)).toEqual({ holders: {} });
  expect(world.notices).toEqual([
    `${firstFetch} failed, and what differs from ${first.date} on stays unsettled: run ${world.failed} goes on without this command: throttled; run ${world.failed} is halted now`,
  ]);
});

test.each([
  [
    "still works on a batch",
    { inFlight: { [batchIdAt(0)]: aTake } },
    /; run (\S+) is halting now$/,
  ],
  ["has ended", { status: "failed", endedAtMs: 1 }, /; run (\S+) is failed now$/],
  ["has not begun", "unknown", /; run (\S+) has not begun; should it begin: gsc-sync halt \1$/],
  [
    "cannot be reached",
    "out of reach",
    /; run (\S+) could not be halted \(gsc-sync halt \1\): thr/,
  ],
] as const)("the notice tells of a run that %s", async (_what, itsRun, notice) => {
  const world = aWorld(firstFetch, itsRun);
  await world.settle();
  expect(world.notices).toEqual([expect.stringMatching(notice)]);
  expect(notice.exec(world.notices[0] ?? "")?.[1]).toBe(world.failed);
});

test("the report says which days are not settled, and the rollout is not equal", async () => {
  const settled = await aWorld(lastFetch).settle();
  expect(settled).toMatchObject([{ date: first.date, cause: "google" }]);
  const figures = { ...good, compared: { ...good.compared, days }, settled };
  const text = reportMarkdown(reportContent(figures, rolloutVerdicts(figures)), "r.html");
  for (const { date } of [third, fourth]) {
    const line = `| ${date} | 5 rows, then 6 | none | not settled: the third fetch failed |`;
    expect(text).toContain(line);
  }
  expect(text).not.toContain("our error:");
  expect(isEqual(figures)).toBe(false);
});

test("a rollout that must not go on ends, before a fetch and after one that failed", async () => {
  const stopped = new CommandError("the rollout was stopped by the user");
  const before = aWorld("none");
  before.goOn = () => {
    throw stopped;
  };
  await expect(before.settle()).rejects.toBe(stopped);
  expect(before.fetched).toEqual([]);

  const meanwhile = aWorld(firstFetch);
  meanwhile.goOn = () => {
    if (meanwhile.fetched.length > 0) throw stopped;
  };
  await expect(meanwhile.settle()).rejects.toBe(stopped);
  expect(await meanwhile.ledger.readRun(meanwhile.failed)).toMatchObject({ status: "halted" });
});
