import { expect, test } from "vitest";
import { effectWatch } from "../../../cli/drill/measure-rollback.ts";
import type { Hold } from "../../../shared/ledger/run.ts";
import { aRun } from "../../support/samples/a-run.ts";

const effect = { says: "", taken: 1, inFlight: 2, underWay: 1, withFirstRequest: false };

function load(atMs: number, requests: number, tokens: readonly number[], underWay = 1) {
  const inFlight: Record<string, Hold> = Object.fromEntries(
    tokens.map((token, index) => [`b${index}`, { token, untilMs: 0 }]),
  );
  return { atMs, run: aRun({ inFlight }), requests, underWay };
}

function effectOf(looks: readonly ReturnType<typeof load>[], more = {}): number | undefined {
  const watch = effectWatch({ ...effect, ...more }, 100);
  return looks.map(watch).find((atMs) => atMs !== undefined);
}

test("the effect is when the load fell for good, known once the run has gone on under it", () => {
  const fallen = [load(1, 100, [7, 8]), load(2, 101, [7]), load(3, 104, [7])];
  expect(effectOf(fallen)).toBeUndefined();
  expect(effectOf([...fallen, load(4, 106, [7])])).toBe(2);
});

test.each([
  ["two batches are taken", load(3, 104, [7, 8])],
  ["three are in flight", load(3, 104, [7, 0, 0])],
  ["two requests are under way", load(3, 104, [7], 2)],
])("it begins anew when %s", (_, burst) => {
  const looks = [load(2, 101, [7]), burst, load(4, 106, [7]), load(5, 111, [7])];
  expect(effectOf(looks)).toBe(4);
});

test("a load that is low because nothing runs is no effect, nor is silence before a first request", () => {
  const silent = [load(1, 100, []), load(60_000, 100, [], 0)];
  expect(effectOf(silent)).toBeUndefined();
  const restarted = [...silent, load(60_001, 101, [9]), load(60_002, 106, [9])];
  expect(effectOf(restarted, { withFirstRequest: true })).toBe(60_001);
});
