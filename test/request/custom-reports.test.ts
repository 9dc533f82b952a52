import { describe, expect, test } from "vitest";
import { type Report, reportShape } from "../../shared/request/report.ts";
import { planRun } from "../../shared/sync/plan/plan-run.ts";
import { pacific } from "../support/samples/pacific.ts";
import { sampleRecord, sampleSite } from "../support/samples/row-samples.ts";
import { memoryLedger } from "../support/stores/memory-ledger.ts";
import { memoryRowStore } from "../support/stores/memory-row-store.ts";

const nowMs = Date.parse("2026-05-20T19:00:00Z");
const brand: Report = {
  id: "brand_queries",
  searchType: "web",
  dimensions: ["query"],
  dataState: "final",
  dimensionFilterGroups: [
    {
      groupType: "and",
      filters: [{ dimension: "query", operator: "contains", expression: "acme" }],
    },
  ],
};

function aPlanner() {
  const ledger = memoryLedger({ lever: 5 });
  const rows = memoryRowStore();
  return {
    ledger,
    rows,
    plan: (request: object) =>
      planRun(
        {
          executionName: "run-1",
          request: { siteUrl: sampleSite, from: "2026-05-01", to: "2026-05-10", ...request },
        },
        { ledger, rows, nowMs: () => nowMs },
      ),
  };
}

describe("a run with custom reports", () => {
  test("holds those that it asks for, so that a worker knows their shape", async () => {
    const { ledger, plan } = aPlanner();
    const other = { ...brand, id: "other" };
    await plan({ reports: ["page_query", brand.id], definitions: [brand, other] });
    const run = await ledger.readRun("run-1");
    expect(run?.definitions).toEqual([brand]);
    expect(run?.plannedUnits).toBe(20);
  });

  test("lists every fault of the reports, Google's rules and ours", async () => {
    const { plan } = aPlanner();
    const wrong = { ...brand, id: "wrong", searchType: "discover" };
    const taken = { ...brand, id: "pages" };
    const planned = plan({
      reports: ["nothing", "hourly_totals", brand.id],
      definitions: [brand, brand, wrong, taken],
    });
    await expect(planned).rejects.toThrow(
      /there is no report nothing;.*report brand_queries: the id stands there twice.*report wrong: Google has no dimension query.*report pages: there is a built-in report.*too old for hourly_totals/s,
    );
  });
});

describe("a report that was changed under its id", () => {
  async function stored() {
    const planner = aPlanner();
    const unit = { siteUrl: sampleSite, report: brand.id, date: pacific("2026-03-01") };
    await planner.rows.beginGeneration(unit, 1, nowMs);
    await planner.rows.completeUnit(sampleRecord(unit, 1, [], { shape: reportShape(brand) }), 1);
    return planner;
  }

  test("is refused while rows of the other shape are stored, forced or not", async () => {
    const { ledger, plan } = await stored();
    const changed: Report = { ...brand, dimensions: ["query", "country"] };
    for (const force of [false, true]) {
      const planned = plan({ reports: [brand.id], definitions: [changed], force });
      await expect(planned).rejects.toThrow(
        "report brand_queries is stored in another shape (2026-03-01 and perhaps other days): give the changed report another id",
      );
    }
    expect(await ledger.listRuns(1)).toEqual([]);
  });

  test("under another id, or written otherwise and meaning the same, goes on", async () => {
    const { plan } = await stored();
    const same: Report = { ...brand, aggregationType: "auto" };
    const renamed: Report = { ...brand, id: "brand_by_country", dimensions: ["query", "country"] };
    const planned = plan({ reports: [same.id, renamed.id], definitions: [same, renamed] });
    await expect(planned).resolves.toMatchObject({ runId: "run-1" });
  });
});
