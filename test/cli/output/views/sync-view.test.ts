import { expect, test } from "vitest";
import { countFailed, type SyncedProperty } from "../../../../cli/output/views/sync-view.ts";

const synced = (status: SyncedProperty["status"]): SyncedProperty => ({
  siteUrl: "sc-domain:example.com",
  accountId: "default",
  status,
  reason: null,
  run: null,
});

test.each([
  ["complete", "active", 0],
  ["skipped", "active", 0],
  ["skipped", "paused", 0],
  ["skipped", "quarantined", 1],
  ["failed", "active", 1],
  ["completed_with_failures", "active", 1],
  ["halted", "active", 1],
] as const)("%s of a property that is %s counts %d failures", (status, property, failures) => {
  expect(countFailed([synced(status)], [{ status: property }])).toBe(failures);
});
