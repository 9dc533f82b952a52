import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  batchIdAt,
  inFlightCount,
  isEnded,
  leaseMs,
  queueSize,
  type Run,
} from "../../shared/ledger/run.ts";
import { maxSendLeaseMs } from "../../shared/ledger/send-lease.ts";
import { dispatchRun, sendLimit } from "../../shared/ledger/transitions/dispatch-run.ts";
import { finishRun } from "../../shared/ledger/transitions/finish-run.ts";
import { haltRun } from "../../shared/ledger/transitions/halt-run.ts";
import { handOverRun } from "../../shared/ledger/transitions/hand-over-run.ts";
import { renewLease } from "../../shared/ledger/transitions/renew-lease.ts";
import { resumeRun } from "../../shared/ledger/transitions/resume-run.ts";
import { returnBatch } from "../../shared/ledger/transitions/return-batch.ts";
import { submitBatch } from "../../shared/ledger/transitions/submit-batch.ts";
import { takeBatch } from "../../shared/ledger/transitions/take-batch.ts";
import { aRun } from "../support/samples/a-run.ts";

const execution = "run-1";

function dispatched(run: Run, lever = 5, nowMs = 0) {
  const { run: next, answer } = dispatchRun(run, { lever, execution }, nowMs);
  return { run: next ?? run, answer };
}

function taken(run: Run, batchId: string, token: number, nowMs = 0): Run {
  const decision = takeBatch(run, { batchId, token }, nowMs);
  expect(decision.answer).toBe("taken");
  return decision.run ?? run;
}

describe("dispatching", () => {
  test("sends in plan order, up to the limit, and no more while those are in flight", () => {
    const { run, answer } = dispatched(aRun());
    expect(answer).toMatchObject({ kind: "send", batchIds: [0, 1, 2].map(batchIdAt) });
    expect(dispatched(run).answer).toMatchObject({ kind: "wait", untilMs: null });
  });

  test.each([
    [3, 5, 10, 3],
    [3, 3, 10, 5],
    [5, 5, 10, 7],
    [5, 5, 4, 4],
    [5, 1, 10, 1],
    [1, 5, 10, 1],
    [3, 0, 10, 0],
  ])(
    "concurrency %i, lever %i, max in flight %i: at most %i",
    (concurrency, lever, maxInFlight, limit) => {
      expect(sendLimit(aRun({ concurrency, maxInFlight }), lever)).toBe(limit);
    },
  );

  test("a lever of 0 sends nothing", () => {
    expect(dispatched(aRun(), 0).answer.kind).toBe("wait");
  });

  test("rings nothing while a scope is closed, and says until when and why", () => {
    const closure = { untilMs: 60_000, reason: "Google refused" };
    const quota = { closure, budget: 940 };
    const { run, answer } = dispatchRun(aRun(), { lever: 5, execution, quota }, 0);
    expect(answer).toMatchObject({ kind: "wait", untilMs: 60_000 });
    expect(run).toMatchObject({ status: "waiting", reason: "Google refused", inFlight: {} });
  });

  test("an execution that does not carry the run hands nothing over", () => {
    const stranger = { execution: "run-2", successor: "run-3" };
    const superseded = { run: null, answer: { kind: "superseded" } };
    expect(handOverRun(aRun({ execution }), stranger, 0)).toEqual(superseded);
  });

  test("admits the plan only while queue and in flight have room", () => {
    const { run } = dispatched(aRun({ maxQueueSize: 4, concurrency: 1 }));
    expect(run.admitted).toBe(4);
    expect(queueSize(run) + inFlightCount(run)).toBe(4);
  });

  test("a lease that ran out brings its batch back to the head", () => {
    const first = dispatched(aRun({ concurrency: 1 })).run;
    const { answer } = dispatched(first, 5, leaseMs);
    expect(answer).toMatchObject({ kind: "send", batchIds: [batchIdAt(0)], expired: 1 });
  });

  test("sends that nobody answers wait longer, up to a limit, until some are answered", () => {
    let run = dispatched(aRun({ concurrency: 1 })).run;
    for (const waitMs of [leaseMs, 2 * leaseMs, 4 * leaseMs]) {
      const rungAtMs = (run.inFlight[batchIdAt(0)]?.untilMs ?? 0) - waitMs;
      expect(dispatched(run, 5, rungAtMs + waitMs - 1).answer.kind).toBe("wait");
      run = dispatched(run, 5, rungAtMs + waitMs).run;
    }
    for (let times = 0; times < 10; times += 1) {
      run = dispatched(run, 5, run.inFlight[batchIdAt(0)]?.untilMs).run;
    }
    expect(run.ringMs).toBe(maxSendLeaseMs);
    for (let token = 7; token < 30; token += 1) {
      const back = { batchId: batchIdAt(0), token, notBeforeMs: 0 };
      const returned = returnBatch(taken(run, back.batchId, token), back, null, 0).run;
      run = dispatched(returned ?? run).run;
    }
    expect(run.inFlight[batchIdAt(0)]?.untilMs).toBe(leaseMs);
  });

  test("a take whose lease runs out lengthens no send", () => {
    const sent = dispatched(aRun({ concurrency: 1 })).run;
    const { run } = dispatched(taken(sent, batchIdAt(0), 7), 5, leaseMs);
    expect(run.inFlight[batchIdAt(0)]).toMatchObject({ token: 0, untilMs: 2 * leaseMs });
  });

  test.each([
    ["a run of one worker waits for one that lacks quota", 1, 5, { deferred: true }, "wait"],
    ["so does one at a lever of 1", 5, 1, { deferred: true }, "wait"],
    ["not for a unit that failed", 1, 5, {}, "send"],
    ["not for longer than a window", 1, 5, { deferred: true, notBeforeMs: 900_000 }, "send"],
    ["several workers wait for none", 3, 5, { deferred: true }, "send"],
  ] as const)("a batch is put back: %s", (_what, concurrency, lever, put, next) => {
    const sent = dispatched(aRun({ concurrency, maxInFlight: 1 }), lever).run;
    const back = { batchId: batchIdAt(0), token: 7, notBeforeMs: 5_000, ...put };
    const returned = returnBatch(taken(sent, back.batchId, 7), back, "quota", 0).run ?? sent;
    const meanwhile = dispatched(returned, lever, 1_000).answer;
    expect(meanwhile).toMatchObject(
      next === "wait"
        ? { kind: "wait", untilMs: 5_000 }
        : { kind: "send", batchIds: [batchIdAt(1)] },
    );
    expect(dispatched(returned, lever, back.notBeforeMs).answer).toMatchObject({
      batchIds: [batchIdAt(0)],
    });
    expect(dispatched(returned, 0, 1_000).answer).toMatchObject({ kind: "wait" });
    expect(dispatched(returned, 5, 1_000).answer.kind).toBe(concurrency === 1 ? next : "send");
  });

  test("sends that are lost together lengthen the wait once, though they end one after the other", () => {
    let run = aRun({ concurrency: 3 });
    for (const [index, atMs] of [0, 600, 1_200].entries()) {
      const other = { ...run.inFlight };
      run = dispatched({ ...run, maxInFlight: index + 1 }, 5, atMs).run;
      expect(Object.keys(run.inFlight)).toHaveLength(Object.keys(other).length + 1);
    }
    for (const atMs of [0, 600, 1_200]) run = dispatched(run, 5, leaseMs + atMs).run;
    expect(run.ringMs).toBe(2 * leaseMs);
    const ends = Object.values(run.inFlight).map(({ untilMs }) => untilMs);
    expect(ends).toEqual([0, 600, 1_200].map((atMs) => 3 * leaseMs + atMs));
    const ended: Run = { ...run, status: "halted" };
    const resumed = resumeRun(ended, { execution: "again", sequential: false }, 0).run;
    expect(resumed).not.toHaveProperty("ringMs");
  });

  test("a batch put back is not sent before its time, and the run says it waits", () => {
    const sent = dispatched(aRun({ batches: 1 })).run;
    const back = returnBatch(
      taken(sent, batchIdAt(0), 7),
      { batchId: batchIdAt(0), token: 7, notBeforeMs: 5_000 },
      "quota",
      0,
    ).run;
    const waiting = dispatched(back ?? sent, 5, 1_000);
    expect(waiting.answer).toMatchObject({ kind: "wait", untilMs: 5_000 });
    expect(waiting.run).toMatchObject({
      status: "waiting",
      waitingUntilMs: 5_000,
      reason: "quota",
    });
    const again = dispatched(waiting.run, 5, 5_000);
    expect(again.answer).toMatchObject({ kind: "send", batchIds: [batchIdAt(0)] });
    expect(again.run).toMatchObject({ status: "running", waitingUntilMs: null, reason: null });
  });

  test("another execution ends, and changes nothing", () => {
    const decision = dispatchRun(aRun(), { lever: 5, execution: "other" }, 0);
    expect(decision).toEqual({ run: null, answer: { kind: "superseded" } });
  });

  test("a run that is still being planned is not finished", () => {
    expect(dispatched(aRun({ status: "planned", batches: 0 })).answer.kind).toBe("wait");
  });

  test("a run with nothing to fetch is finished", () => {
    expect(dispatched(aRun({ batches: 0 })).answer.kind).toBe("finish");
  });
});

describe("dispatching under settings", () => {
  const dispatch = (run: Run, settings: { lever: number; inFlight?: number; queueSize?: number }) =>
    dispatchRun(run, { ...settings, execution: run.execution }, 1_000);

  test("sends and admits up to the smaller of the run's limits and the settings'", () => {
    const run = aRun({ concurrency: 5, maxInFlight: 6, maxQueueSize: 8 });
    expect(Object.keys(dispatch(run, { lever: 5 }).run?.inFlight ?? {})).toHaveLength(6);
    expect(dispatch(run, { lever: 5 }).run?.admitted).toBe(8);
    const less = dispatch(run, { lever: 5, inFlight: 2, queueSize: 3 }).run;
    expect(Object.keys(less?.inFlight ?? {})).toHaveLength(2);
    expect(less?.admitted).toBe(3);
    const more = dispatch(run, { lever: 5, inFlight: 50, queueSize: 50 }).run;
    expect(Object.keys(more?.inFlight ?? {})).toHaveLength(6);
    expect(more?.admitted).toBe(8);
  });

  test("at lever 0 the run waits and says for what, until the lever is raised", () => {
    const stopped = dispatch(aRun(), { lever: 0 }).run;
    expect(stopped).toMatchObject({ status: "waiting", waitingUntilMs: null, inFlight: {} });
    expect(stopped?.reason).toMatch(/lever is at 0/);
    if (stopped === null || stopped === undefined) throw new Error("nothing was written");
    expect(dispatch(stopped, { lever: 0 }).run).toBeNull();
    expect(dispatch(stopped, { lever: 1 }).run).toMatchObject({ status: "running", reason: null });
  });
});

describe("fencing", () => {
  const sent = dispatched(aRun()).run;
  const batchId = batchIdAt(0);

  test("a batch is taken once while its lease lasts", () => {
    const run = taken(sent, batchId, 7);
    expect(takeBatch(run, { batchId, token: 8 }, leaseMs - 1).answer).toBe("nothing-to-take");
    expect(takeBatch(run, { batchId, token: 8 }, leaseMs).answer).toBe("taken");
  });

  test("a message for a batch that nobody sent finds nothing", () => {
    expect(takeBatch(sent, { batchId: batchIdAt(9), token: 7 }, 0).answer).toBe("nothing-to-take");
  });

  test("an old take changes nothing once a newer one has the batch", () => {
    const newer = taken(taken(sent, batchId, 7), batchId, 8, leaseMs);
    const old = { batchId, token: 7 };
    expect(submitBatch(newer, old, leaseMs)).toEqual({ run: null, answer: "lost" });
    expect(renewLease(newer, old, leaseMs)).toEqual({ run: null, answer: "lost" });
    expect(returnBatch(newer, { ...old, notBeforeMs: 0 }, null, leaseMs)).toEqual({
      run: null,
      answer: "lost",
    });
  });

  test("an older token takes nothing from a newer take, though its lease has run out", () => {
    const newer = taken(sent, batchId, 8);
    const old = takeBatch(newer, { batchId, token: 7 }, 3 * leaseMs);
    expect(old).toEqual({ run: null, answer: "nothing-to-take" });
    expect(takeBatch(newer, { batchId, token: 9 }, 3 * leaseMs).answer).toBe("taken");
  });

  test("a token that was drawn before a newer take had the batch takes nothing, however it came back", () => {
    const newer = taken(sent, batchId, 8);
    const expired = dispatched(newer, 5, leaseMs).run;
    const halted = haltRun(newer, { reason: "asked", endsAs: "halted" }, 1).run ?? newer;
    const settled = dispatched(halted, 5, leaseMs).run;
    const resumed = resumeRun(settled, { execution, sequential: false }, leaseMs).run ?? settled;
    const back = returnBatch(newer, { batchId, token: 8, notBeforeMs: 0 }, null, 1).run ?? newer;
    const unanswered = dispatched(expired, 5, 5 * leaseMs).run;
    for (const run of [expired, unanswered, dispatched(resumed).run, dispatched(back).run]) {
      expect(run.inFlight[batchId]).toMatchObject({ token: 0, after: 8 });
      expect(takeBatch(run, { batchId, token: 7 }, leaseMs).answer).toBe("stale-token");
      expect(takeBatch(run, { batchId, token: 8 }, leaseMs).answer).toBe("stale-token");
      expect(takeBatch(run, { batchId, token: 9 }, leaseMs).answer).toBe("taken");
    }
  });

  test("a renewal is written only when the lease has run down by a third", () => {
    const run = taken(sent, batchId, 7);
    expect(renewLease(run, { batchId, token: 7 }, 1_000)).toEqual({ run: null, answer: "renewed" });
    const renewed = renewLease(run, { batchId, token: 7 }, 10_000).run;
    expect(renewed?.inFlight[batchId]?.untilMs).toBe(10_000 + leaseMs);
  });
});

describe("halting", () => {
  test("what was only sent goes back; takes are waited for; then the run has halted", () => {
    const run = taken(dispatched(aRun()).run, batchIdAt(0), 7);
    const halting = haltRun(run, { reason: "asked", endsAs: "halted" }, 100).run ?? run;
    expect(halting).toMatchObject({ status: "halting", haltedAtMs: 100 });
    expect(Object.keys(halting.inFlight)).toEqual([batchIdAt(0)]);
    expect(renewLease(halting, { batchId: batchIdAt(0), token: 7 }, 200).answer).toBe("halting");
    expect(takeBatch(halting, { batchId: batchIdAt(1), token: 9 }, 200).answer).toBe("stopped");
    const take = { batchId: batchIdAt(0), token: 7, notBeforeMs: 0 };
    const halted = returnBatch(halting, take, null, 300).run;
    expect(halted).toMatchObject({
      status: "halted",
      reason: "asked",
      endedAtMs: 300,
      inFlight: {},
    });
  });

  test("a take that died is waited for no longer than its lease", () => {
    const run = taken(dispatched(aRun()).run, batchIdAt(0), 7);
    const halting = haltRun(run, { reason: "asked", endsAs: "failed" }, 100).run ?? run;
    expect(dispatched(halting, 5, leaseMs - 1).answer.kind).toBe("wait");
    const ended = dispatched(halting, 5, leaseMs);
    expect(ended.answer.kind).toBe("finish");
    expect(ended.run.status).toBe("failed");
  });

  test("a run that has ended stays as it is", () => {
    const ended = aRun({ status: "complete" });
    expect(haltRun(ended, { reason: "asked", endsAs: "halted" }, 0).run).toBeNull();
  });
});

describe("resuming", () => {
  test("goes on with what is left, in the new execution", () => {
    const halted = aRun({
      status: "halted",
      next: 3,
      admitted: 5,
      activeMs: 10,
      activeSinceMs: null,
    });
    const { run, answer } = resumeRun(halted, { execution: "again", sequential: true }, 50);
    expect(answer).toBe("resumed");
    expect(run).toMatchObject({ status: "running", execution: "again", concurrency: 1, next: 3 });
  });

  test("a run that failed before it was planned is planned again", () => {
    const failed = aRun({ status: "failed", batches: 0, activeSinceMs: null });
    expect(resumeRun(failed, { execution: "again", sequential: false }, 50).run?.status).toBe(
      "planned",
    );
  });

  test("a complete run needs nothing, a live one is left alone", () => {
    const input = { execution: "again", sequential: false };
    expect(resumeRun(aRun({ status: "complete" }), input, 0)).toEqual({
      run: null,
      answer: "already-complete",
    });
    expect(resumeRun(aRun(), input, 0)).toEqual({ run: null, answer: "still-going" });
  });
});

describe("finishing", () => {
  const drained = aRun({ batches: 10, next: 10, admitted: 10 });
  const input = { execution, doneUnits: 31, failedUnits: 0, failure: null };

  test("a drained run is complete, or complete with failures", () => {
    expect(finishRun(drained, input, 9).run?.status).toBe("complete");
    expect(finishRun(drained, { ...input, doneUnits: 29, failedUnits: 2 }, 9).run).toMatchObject({
      status: "completed_with_failures",
      reason: "2 units failed",
    });
  });

  test("one that cannot account for every planned unit has failed, and says so", () => {
    const finished = finishRun(drained, { ...input, doneUnits: 20, failedUnits: 1 }, 9).run;
    expect(finished).toMatchObject({
      status: "failed",
      reason: expect.stringContaining("10 of 31 planned units are unaccounted for"),
    });
  });

  test("one that is not drained, or whose execution failed, has failed, with nothing in flight", () => {
    const run = taken(dispatched(aRun()).run, batchIdAt(0), 7);
    const failed = finishRun(run, { ...input, failure: "boom" }, 9).run;
    expect(failed).toMatchObject({ status: "failed", reason: "boom", inFlight: {} });
    expect(finishRun(run, input, 9).run?.status).toBe("failed");
  });

  test("an execution that no longer carries the run changes nothing", () => {
    expect(finishRun(drained, { ...input, execution: "old" }, 9)).toEqual({
      run: null,
      answer: "superseded",
    });
  });
});

/** A worker's or the dispatcher's next move, at random; times only ever grow. */
type Move =
  | { readonly kind: "dispatch"; readonly lever: number }
  | { readonly kind: "take" | "submit" | "renew"; readonly pick: number }
  | { readonly kind: "return"; readonly pick: number; readonly delayMs: number }
  | { readonly kind: "halt" | "resume" }
  | { readonly kind: "pause"; readonly ms: number };

const pick = fc.nat(20);
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("dispatch" as const), lever: fc.nat(5) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom("take", "submit", "renew"), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("return" as const), pick, delayMs: fc.nat(30_000) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("halt", "resume") }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("pause" as const), ms: fc.nat(30_000) }) },
);

describe("any sequence of transitions", () => {
  test("keeps the limits, loses no batch and doubles none", () => {
    const limits = fc.record({
      batches: fc.integer({ min: 0, max: 30 }),
      concurrency: fc.integer({ min: 1, max: 5 }),
      maxQueueSize: fc.integer({ min: 1, max: 12 }),
      maxInFlight: fc.integer({ min: 1, max: 10 }),
    });
    fc.assert(
      fc.property(limits, fc.array(move, { maxLength: 200 }), (limit, moves) => {
        let run = aRun(limit);
        let nowMs = 0;
        let token = 0;
        const settled = new Set<string>();
        for (const step of moves) {
          nowMs += 10;
          const holds = Object.entries(run.inFlight);
          const [batchId, hold] = ("pick" in step
            ? holds[step.pick % Math.max(holds.length, 1)]
            : undefined) ?? [batchIdAt(0), { token: -1, untilMs: 0 }];
          const before = run;
          switch (step.kind) {
            case "dispatch":
              run = dispatched(run, step.lever, nowMs).run;
              break;
            case "take":
              token += 1;
              run = takeBatch(run, { batchId, token }, nowMs).run ?? run;
              break;
            case "submit": {
              const done =
                hold.token > 0 ? submitBatch(run, { batchId, token: hold.token }, nowMs) : null;
              if (done?.answer === "settled") {
                expect(settled.has(batchId)).toBe(false);
                settled.add(batchId);
              }
              run = done?.run ?? run;
              break;
            }
            case "renew":
              run = renewLease(run, { batchId, token: hold.token }, nowMs).run ?? run;
              break;
            case "return": {
              const take = { batchId, token: hold.token, notBeforeMs: nowMs + step.delayMs };
              run = returnBatch(run, take, null, nowMs).run ?? run;
              break;
            }
            case "halt":
              run = haltRun(run, { reason: "asked", endsAs: "halted" }, nowMs).run ?? run;
              break;
            case "resume":
              run = resumeRun(run, { execution, sequential: false }, nowMs).run ?? run;
              break;
            case "pause":
              nowMs += step.ms;
              break;
            default:
              step satisfies never;
          }
          expectSound(run, settled);
          if (isEnded(before.status) && step.kind !== "resume") expect(run).toBe(before);
        }
      }),
      { numRuns: 400 },
    );
  });
});

function expectSound(run: Run, settled: ReadonlySet<string>): void {
  expect(inFlightCount(run)).toBeLessThanOrEqual(run.maxInFlight);
  expect(queueSize(run) + inFlightCount(run)).toBeLessThanOrEqual(run.maxQueueSize);
  const fresh = Array.from({ length: run.batches - run.next }, (_, i) => batchIdAt(run.next + i));
  const everywhere = [
    ...settled,
    ...Object.keys(run.inFlight),
    ...run.returned.map((batch) => batch.batchId),
    ...fresh,
  ];
  expect(everywhere.sort()).toEqual(Array.from({ length: run.batches }, (_, i) => batchIdAt(i)));
}
