import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyedRows, keyHexAt } from "../../shared/rows/keyed-rows.ts";
import { rowKeys } from "../../shared/rows/row-key.ts";
import { sampleRow } from "../support/samples/row-samples.ts";

const keyHexOf = (keys: readonly string[]) => rowKeys([{ keys }]).toString("hex");

/** Their keys are equal in the first 32 bits. */
const alike = [
  ["page 74014", "page 106156"],
  ["page 90594", "page 130353"],
] as const;

describe("keyed rows", () => {
  test("are distinct and in the order of their keys, the last of a repeated key", () => {
    const page = fc.constantFrom(...alike.flat(), "a", "b", "c", "d");
    fc.assert(
      fc.property(fc.array(fc.record({ page, clicks: fc.nat() })), (samples) => {
        const rows = samples.map((sample) => sampleRow([sample.page], sample.clicks));
        const last = new Map(rows.map((row) => [keyHexOf(row.keys), row]));
        const keys = [...last.keys()].sort();
        const keyed = keyedRows(rows);
        expect(keyed.rows).toEqual(keys.map((key) => last.get(key)));
        expect(keyed.rows.map((_, index) => keyHexAt(keyed, index))).toEqual(keys);
        expect(keyed.keys).toHaveLength(32 * keys.length);
        expect(keyed.fetchedRows).toBe(rows.length);
      }),
    );
  });

  test.each(alike)("whose keys begin alike keep the keys' order: %s, %s", (a, b) => {
    const [first, second] = [keyHexOf([a]), keyHexOf([b])];
    expect(first.slice(0, 8)).toBe(second.slice(0, 8));
    const sorted = [first, second].sort().join("");
    expect(keyedRows([sampleRow([a]), sampleRow([b])]).keys.toString("hex")).toBe(sorted);
    expect(keyedRows([sampleRow([b]), sampleRow([a])]).keys.toString("hex")).toBe(sorted);
  });
});
