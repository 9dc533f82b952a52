import { describe, expect, test } from "vitest";
import { gatherEvidence } from "../../../shared/operations/gate/gather-evidence.ts";
import { judgePhase } from "../../../shared/operations/gate/judge-phase.ts";
import type { GateVerdict, Phase } from "../../../shared/operations/gate/phase.ts";
import { rulesOfRuns } from "../../../shared/telemetry/alarm-rules.ts";
import { raisedAlarms } from "../../../shared/telemetry/evaluate-alarm.ts";
import { linesOf, phases } from "../../../shared/telemetry/thresholds.ts";
import { aRun } from "../../support/samples/a-run.ts";
import { type Planted, plantedSeries } from "../../support/samples/planted-series.ts";
import { memoryLedger } from "../../support/stores/memory-ledger.ts";

const hourMs = 3_600_000;
const endMs = Date.parse("2026-10-20T12:00:00Z");
const lines = linesOf({ maxQueueSize: 1_000, maxInFlight: 10 });

const runEvery = 6 * hourMs;
const steady = {
  queueSize: 40,
  inFlight: 5,
  batchDuration: 2_000,
  pageRequests: 10,
  batchRetries: 0,
  quotaExceeded: 0,
} satisfies Planted;

/** A phase in which all went well, unless `change` spoils it; judged when it is over. */
async function judged(
  phase: Phase,
  change: {
    /** What else was measured, so many hours before the end. */
    readonly planted?: readonly (readonly [hours: number, Planted, scope?: "property"])[];
    /** Hours before the end in which nothing ran. */
    readonly silence?: readonly [from: number, to: number];
    /** The lever, from so many hours before the end. */
    readonly levers?: readonly (readonly [hours: number, lever: number])[];
    readonly runs?: readonly (readonly [hours: number])[];
    readonly baseline?: Planted | null;
    readonly signOff?: string;
  } = {},
): Promise<GateVerdict> {
  const { forMs, lever } = phases[phase];
  const window = { fromMs: endMs - forMs, toMs: endMs };
  const before = { fromMs: window.fromMs - forMs, toMs: window.fromMs };
  const { metrics, plant } = plantedSeries();

  function plantRun(atMs: number, values: Planted): void {
    for (let batch = 0; batch < 5; batch += 1) plant(atMs + batch * 2_000, values);
    plant(atMs, { quotaUsage: 400 }, "property");
  }

  const [quietFrom = 0, quietTo = 0] = change.silence ?? [];
  for (let atMs = window.fromMs + hourMs; atMs < endMs; atMs += runEvery) {
    const hoursLeft = (endMs - atMs) / hourMs;
    if (hoursLeft > quietFrom || hoursLeft < quietTo) plantRun(atMs, steady);
    if (change.baseline !== null) plantRun(atMs - forMs, change.baseline ?? steady);
  }
  for (const [hours, values, scope] of change.planted ?? []) {
    plant(endMs - hours * hourMs, values, scope);
  }

  let nowMs = 0;
  const ledger = memoryLedger({ lever: 5 }, () => nowMs);
  for (const [hours, set] of change.levers ?? [[forMs / hourMs + 1, lever]]) {
    nowMs = endMs - hours * hourMs;
    await ledger.changeSettings({ lever: set });
  }
  for (const [hours] of change.runs ?? []) {
    const startedAtMs = endMs - hours * hourMs;
    await ledger.createRun(
      aRun({ runId: `at-${hours}`, startedAtMs, endedAtMs: startedAtMs + 60_000, next: 3 }),
    );
  }
  const rules = rulesOfRuns(lines);
  const evidence = await gatherEvidence(
    { ledger, metrics, raisedAlarms: (within) => raisedAlarms(rules, metrics, within) },
    { window, baseline: phase === "A" ? before : null, signOff: change.signOff ?? null },
  );
  return judgePhase(phase, evidence, lines.usage.property.warn);
}

function failures({ criteria }: GateVerdict) {
  return Object.fromEntries(
    criteria.filter(({ ok }) => !ok).map(({ name, observed }) => [name, observed]),
  );
}

describe("phase B", () => {
  test("passes when a week went well, and says by which figures", async () => {
    const verdict = await judged("B", { runs: [[5]] });
    expect(failures(verdict)).toEqual({});
    expect(verdict).toMatchObject({ phase: "B", pass: true });
    expect(verdict.criteria).toContainEqual({
      name: "QPM, peak",
      target: "< 960",
      observed: 400,
      ok: true,
    });
    expect(verdict.criteria).toContainEqual({
      name: "queue, average",
      target: "< 200",
      observed: 40,
      ok: true,
    });
  });

  test.each([
    ["a refusal by Google", [50, { quotaExceeded: 1 }], /^quota-exceeded-page at 2026-10-18T10:00/],
    ["a batch of 6 s", [50, { batchDuration: 6_000 }], /^batch-duration-page at 2026-10-18T10:00/],
    ["a failed run", [50, { runsFailed: 1 }], /^runs-failed-warn at/],
    ["a queue of 500", [50, { queueSize: 500 }], /^queue-size-warn at/],
    ["a halt of 6 s", [50, { haltDuration: 6_000 }], /^halt-duration-page at/],
  ] as const)("fails by its alarm alone for %s", async (_, planted, said) => {
    const verdict = await judged("B", { planted: [planted] });
    expect(verdict.pass).toBe(false);
    expect(failures(verdict)).toEqual({ alarms: expect.stringMatching(said) });
  });

  test("fails at 960 requests a minute", async () => {
    const verdict = await judged("B", { planted: [[50, { quotaUsage: 960 }, "property"]] });
    expect(failures(verdict)).toMatchObject({ "QPM, peak": 960, alarms: expect.any(String) });
  });

  test("fails with 200 batches queued on average", async () => {
    const crowded = Array.from({ length: 400 }, (_, at) => [50 + at / 100, { queueSize: 260 }]);
    const verdict = await judged("B", {
      planted: crowded.map(([hours, values]) => [Number(hours), Object(values)] as const),
    });
    expect(Object.keys(failures(verdict))).toEqual(["queue, average"]);
  });

  test("fails when a day is missing", async () => {
    const verdict = await judged("B", { silence: [80, 50] });
    expect(Object.keys(failures(verdict))).toEqual([
      "longest time without a measured batch, hours",
    ]);
  });

  test("fails when nothing was recorded at all", async () => {
    const verdict = await judged("B", { silence: [999, 0] });
    expect(failures(verdict)).toEqual({
      "longest time without a measured batch, hours": 168,
      "batches measured": 0,
      "QPM, peak": null,
      "queue, average": null,
    });
  });

  test("fails when a run left no telemetry", async () => {
    const verdict = await judged("B", { runs: [[5], [7.5]] });
    expect(failures(verdict)).toEqual({ "runs without telemetry": "at-7.5" });
  });

  test.each([
    ["was set too late", [[20, 3]], { "hours at that lever": 20 }],
    [
      "was elsewhere for a moment",
      [
        [200, 3],
        [30, 1],
        [29.9, 3],
      ],
      { "hours at that lever": 29.9 },
    ],
    [
      "is elsewhere",
      [
        [200, 3],
        [1, 5],
      ],
      { lever: 5, "hours at that lever": 0 },
    ],
    [
      "was never set",
      [],
      { lever: "never set: since when is not known", "hours at that lever": 0 },
    ],
  ] as const)("fails when the lever %s", async (_, levers, failed) => {
    expect(failures(await judged("B", { levers }))).toEqual(failed);
  });

  test("passes when the lever was set again to what it was", async () => {
    expect(
      (
        await judged("B", {
          levers: [
            [200, 3],
            [30, 3],
          ],
        })
      ).pass,
    ).toBe(true);
  });
});

describe("phase A", () => {
  test("passes when it is as good as its baseline", async () => {
    expect(failures(await judged("A"))).toEqual({});
  });

  test.each([
    ["slower by half", { ...steady, batchDuration: 1_300 }, { "batch p99, ms": 2_000 }],
    [
      "not recorded",
      null,
      {
        "batches measured of the baseline": 0,
        "batch p99, ms": 2_000,
        "retries in 1,000 requests": 0,
        "refusals in 1,000 requests": 0,
        "failed units in 1,000 requests": 0,
        "crashes in 1,000 requests": 0,
      },
    ],
  ] as const)("fails against a baseline that is %s", async (_, baseline, failed) => {
    expect(failures(await judged("A", { baseline }))).toEqual(failed);
  });

  test("fails for a refusal that the baseline had not, and not for one that it had", async () => {
    const planted = [[5, { quotaExceeded: 1, pageRequests: 1 }]] as const;
    expect(failures(await judged("A", { planted }))).toEqual({
      "refusals in 1,000 requests": expect.any(Number),
      "alarms that the baseline had not": expect.stringContaining("quota-exceeded-page"),
    });
    const baseline = { ...steady, quotaExceeded: 1 };
    expect(failures(await judged("A", { planted, baseline }))).toEqual({});
  });
});

test("phase C wants a name beside the figures", async () => {
  expect(failures(await judged("C"))).toEqual({ "sign-off": null });
  expect((await judged("C", { signOff: "Ada" })).pass).toBe(true);
});
