import { describe, expect, test } from "vitest";
import { rowKey, rowKeyHex, rowKeys } from "../../shared/rows/row-key.ts";

describe("a row key", () => {
  test("is 32 bytes, equal for equal values, and the same in hex", () => {
    expect(rowKey(["p", "q"])).toHaveLength(32);
    expect(rowKey(["p", "q"])).toEqual(rowKey(["p", "q"]));
    expect(rowKeyHex(["p", "q"])).toBe(rowKey(["p", "q"]).toString("hex"));
    const rows = [{ keys: ["p", "q"] }, { keys: ["naïve \ud800"] }];
    expect(rowKeys(rows)).toEqual(Buffer.concat(rows.map(({ keys }) => rowKey(keys))));
  });

  test("never changes: stored rows are found by it", () => {
    expect(rowKeyHex(["https://example.com/", "naïve"])).toBe(
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
    expect(rowKeyHex(one)).not.toBe(rowKeyHex(other));
  });
});
