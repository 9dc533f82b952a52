import { expect, test } from "vitest";
import { EventBusError } from "../../shared/events/event-bus.ts";
import { QuotaError } from "../../shared/quota/quota.ts";
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

test.each([
  ["store-failed", true],
  ["broken-item", false],
  ["invalid-claim", false],
] as const)("the quota's %s is an outage: %j", (code, outage) => {
  expect(isOutage(new QuotaError("away", { code }))).toBe(outage);
});

test("an event bus that is away is an outage", () => {
  expect(isOutage(new EventBusError("away"))).toBe(true);
});

test("anything else is none", () => {
  expect(isOutage(new Error("unavailable"))).toBe(false);
});
