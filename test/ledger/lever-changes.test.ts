import { expect, test } from "vitest";
import { leverAt, type SetLever, withLeverChange } from "../../shared/ledger/lever-changes.ts";

const changes = [
  { atMs: 10, lever: 1 },
  { atMs: 20, lever: 3 },
  { atMs: 30, lever: 3 },
  { atMs: 40, lever: 5 },
];

test.each([
  [9, undefined],
  [10, { atMs: 10, lever: 1 }],
  [39, { atMs: 20, lever: 3 }],
  [99, { atMs: 40, lever: 5 }],
])("at %i the lever is as it was set last, since it was first set so", (atMs, since) => {
  expect(leverAt(changes, atMs)).toEqual(since);
});

test("two defaults that are the same lever are one time", () => {
  expect(
    leverAt(
      [
        { atMs: 1, lever: 5 },
        { atMs: 2, lever: 5 },
      ],
      3,
    ),
  ).toEqual({ atMs: 1, lever: 5 });
});

test("the newest changes are kept, and no repetition", () => {
  let kept: readonly SetLever[] = [];
  for (let atMs = 0; atMs < 500; atMs += 1)
    kept = withLeverChange(kept, atMs % 3 < 2 ? 1 : 3, atMs);
  expect(kept).toHaveLength(50);
  expect(kept.at(-1)).toEqual({ atMs: 498, lever: 1 });
  expect(withLeverChange(kept, 1, 600)).toBe(kept);
});
