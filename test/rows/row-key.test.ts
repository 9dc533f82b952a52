import { describe, expect, test } from "vitest";
import { rowKeys } from "../../shared/rows/row-key.ts";

const keyHexOf = (keys: readonly string[]) => rowKeys([{ keys }]).toString("hex");

describe("a row key", () => {
  test("is 32 bytes, equal for equal values", () => {
    const rows = [{ keys: ["p", "q"] }, { keys: ["other"] }, { keys: ["p", "q"] }];
    const keys = rowKeys(rows);
    expect(keys).toHaveLength(3 * 32);
    expect(keys.subarray(64)).toEqual(keys.subarray(0, 32));
    expect(keys.subarray(32, 64)).not.toEqual(keys.subarray(0, 32));
  });

  test("never changes: stored rows are found by it", () => {
    expect(keyHexOf(["https://example.com/", "naïve"])).toBe(
      "3fef90b01d4c33a20df74ecad11e2e9ab3e2b36e6394eece221f704f0e832145",
    );
  });

  test.each([
    [
      ["ab", "c"],
      ["a", "bc"],
    ],
    [["a,b"], ["a", "b"]],
    [['a","b'], ["a", "b"]],
    [
      ["", "a"],
      ["a", ""],
    ],
    [[""], []],
    [["a\uD800"], ["a\uDFFF"]],
    [["a\uD800"], ["a\uFFFD"]],
    [["a\0"], ["a"]],
    [["é"], ["e\u0301"]],
    [["a "], ["a"]],
  ])("tells %j from %j", (one, other) => {
    expect(keyHexOf(one)).not.toBe(keyHexOf(other));
  });
});
