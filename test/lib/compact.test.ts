import { expect, test } from "vitest";
import { compact } from "../../shared/lib/compact.ts";

test("undefined values are left out; null, 0, false and empty text stay", () => {
  const fields = { a: 1, b: undefined, c: null, d: 0, e: false, f: "" };
  expect(Object.entries(compact(fields))).toEqual([
    ["a", 1],
    ["c", null],
    ["d", 0],
    ["e", false],
    ["f", ""],
  ]);
});
