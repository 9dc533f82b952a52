import { expect, test } from "vitest";
import { RowStoreError } from "../../shared/rows/row-store-error.ts";
import { isOutage } from "../../shared/sync/store-outage.ts";

test.each([
  ["unavailable", true],
  ["contention", true],
  ["refused", false],
  ["generation-closed", false],
] as const)("a row store's %s is an outage: %j", (code, outage) => {
  expect(isOutage(new RowStoreError(code, "away"))).toBe(outage);
});

test("anything else is none", () => {
  expect(isOutage(new Error("unavailable"))).toBe(false);
});
