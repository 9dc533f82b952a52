import { expect, test } from "vitest";
import { emfRecords } from "../support/samples/emf-records.ts";

test("a scope that approaches its limit is one record by stage and scope, the id no dimension", () => {
  const { telemetry, records } = emfRecords();
  telemetry.quota.approaching({
    scope: "property",
    id: "sc-domain:example.com",
    used: 960,
    budget: 1_200,
    limit: 1_200,
    closedUntilMs: null,
    reason: null,
  });
  expect(records).toMatchObject([
    {
      QuotaApproaching: 1,
      scope: "property",
      stage: "test",
      scopeId: "sc-domain:example.com",
      used: "960",
      _aws: { CloudWatchMetrics: [{ Dimensions: [expect.arrayContaining(["stage", "scope"])] }] },
    },
  ]);
});

test("a refusal by Google is a record with the time to return", () => {
  const { telemetry, records } = emfRecords();
  telemetry.quota.exceeded(
    { scope: "account", id: "main", untilMs: 1, reason: "Google refused: …" },
    60_000,
  );
  expect(records).toMatchObject([
    { QuotaExceeded: 1, scope: "account", scopeId: "main", retryMs: "60000" },
  ]);
});
