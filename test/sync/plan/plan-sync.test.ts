import { describe, expect, test } from "vitest";
import type { LockHolder } from "../../../shared/ledger/property-lock.ts";
import {
  newProperty,
  pauseProperty,
  quarantineProperty,
} from "../../../shared/registry/property.ts";
import { addDays, type PacificDate } from "../../../shared/request/pacific-date.ts";
import { parseRunRequest } from "../../../shared/request/parse-run-request.ts";
import type { UnitRecord } from "../../../shared/rows/unit-record.ts";
import { planSync, syncRange } from "../../../shared/sync/plan/plan-sync.ts";
import { pacific } from "../../support/samples/pacific.ts";

const today = pacific("2026-06-20");
const nowMs = Date.parse("2026-06-20T19:00:00Z");
const day = (ago: number) => addDays(today, -ago);

/** A unit of `ago` days ago, fetched `fetchedAgo` days ago. */
function stored(ago: number, fetchedAgo: number, changes: Partial<UnitRecord> = {}): UnitRecord {
  return {
    siteUrl: "sc-domain:example.com",
    report: "page_query",
    date: day(ago),
    generation: 1,
    runId: "r",
    rows: 3,
    fetchedRows: 3,
    pages: [{ startRow: 0, rows: 3 }],
    clicks: 1,
    impressions: 1,
    hash: "h",
    capped: false,
    aggregation: "byPage",
    firstIncompleteDate: null,
    fetchedAtMs: nowMs - fetchedAgo * 86_400_000,
    ...changes,
  };
}

/** Days `from` to `to` ago, all fetched last night. */
function lastNight(from: number, to: number): readonly UnitRecord[] {
  return Array.from({ length: from - to + 1 }, (_, index) => stored(from - index, 1));
}

function starts(records: readonly UnitRecord[], reports = ["page_query"]): PacificDate | undefined {
  const range = syncRange(records, reports, nowMs);
  if (range !== undefined) expect(range.to).toBe(day(1));
  return range?.from;
}

describe("a sync reads to yesterday, from", () => {
  test("ten days, where nothing is stored", () => {
    expect(starts([])).toBe(day(10));
  });

  test("the oldest day that was not final when it was last read", () => {
    expect(starts(lastNight(30, 2))).toBe(day(3));
  });

  test("the first day after the last that is stored, however many nights went by", () => {
    const records = lastNight(90, 60).map((record) => ({ ...record, fetchedAtMs: nowMs }));
    expect(starts(records)).toBe(day(59));
  });

  test("a day in the middle that was never completed", () => {
    const records = lastNight(90, 2).filter(({ date }) => date !== day(40));
    expect(starts(records)).toBe(day(40));
  });

  test("an old day whose figures were provisional when they were read", () => {
    const records = lastNight(90, 2).filter(({ date }) => date !== day(50));
    expect(starts([...records, stored(50, 49)])).toBe(day(50));
  });

  test("an old day that Google called incomplete", () => {
    const records = lastNight(90, 2).filter(({ date }) => date !== day(8));
    const incomplete = stored(8, 1, { firstIncompleteDate: day(8) });
    expect(starts([...records, incomplete])).toBe(day(8));
  });

  test("ten days, for a report that is new beside one that is not", () => {
    expect(starts(lastNight(90, 2), ["page_query", "countries"])).toBe(day(10));
  });
});

describe("a property's sync", () => {
  const property = newProperty("sc-domain:example.com", 0);
  const rows = { readUnits: async () => lastNight(30, 2) };
  const free = { rows, ledger: { readLock: async () => ({ holders: {} }) } };

  test("asks for its reports with its account, within its limits", async () => {
    const limited = { ...property, accountId: "seo", qpm: 60, concurrency: 1 };
    expect(await planSync(limited, free, nowMs)).toEqual({
      kind: "run",
      besides: null,
      requests: [
        {
          siteUrl: "sc-domain:example.com",
          accountId: "seo",
          reports: ["page_query"],
          from: day(3),
          to: day(1),
          qpm: 60,
          concurrency: 1,
          keepAutoSync: true,
          keptDaysOnly: true,
        },
      ],
    });
  });

  describe("with a report by hours, which Google keeps for ten days", () => {
    const plan = async (reports: readonly string[], records: readonly UnitRecord[]) => {
      const ports = { ...free, rows: { readUnits: async () => records } };
      const planned = await planSync({ ...property, reports: [...reports] }, ports, nowMs);
      if (planned.kind === "skip") return [];
      return planned.requests.map((request) => {
        // What a sync asks for is never refused.
        expect(parseRunRequest(request, nowMs)).toMatchObject({ siteUrl: property.siteUrl });
        return request.from;
      });
    };
    const hours = (from: number, to: number) =>
      lastNight(from, to).map((record) => ({ ...record, report: "hourly_totals" }));

    test("beside one with an open day that is older", async () => {
      const records = [...lastNight(30, 2).filter(({ date }) => date !== day(12)), ...hours(9, 2)];
      expect(await plan(["page_query", "hourly_totals"], records)).toEqual([day(12)]);
    });

    test("beside one that never has data", async () => {
      const none = lastNight(11, 2).map((record) => ({
        ...record,
        report: "discover_pages",
        rows: 0,
      }));
      expect(await plan(["discover_pages", "hourly_totals"], [...none, ...hours(9, 2)])).toEqual([
        day(11),
      ]);
    });

    test("after nights off: what is gone at Google is given up", async () => {
      expect(await plan(["hourly_totals"], hours(30, 14))).toEqual([day(10)]);
    });
  });

  /** Its plan while a run has days `from` to `to` ago; ten days are open, from yesterday back. */
  async function beside(from: number, to: number, changes: Partial<LockHolder> = {}) {
    const days = { from: day(from), to: day(to), keepAutoSync: true, untilMs: nowMs + 1 };
    const lock = { holders: { "run-7": { ...days, ...changes } } };
    const plan = await planSync(
      property,
      {
        rows: { readUnits: async () => [] },
        ledger: { readLock: async () => lock },
      },
      nowMs,
    );
    if (plan.kind === "skip") return plan.reason;
    return plan.requests.map((request) => [request.from, request.to]);
  }

  test("takes another night when a backfill has the property", async () => {
    const alone = { keepAutoSync: false };
    expect(await beside(400, 300, alone)).toBe("run run-7 is reading it");
    expect(await beside(400, 300, { ...alone, untilMs: nowMs })).toEqual([[day(10), day(1)]]);
  });

  test("takes the days outside the range of a backfill that keeps the auto sync", async () => {
    expect(await beside(400, 300)).toEqual([[day(10), day(1)]]);
    expect(await beside(400, 3)).toEqual([[day(2), day(1)]]);
    expect(await beside(3, 1)).toEqual([[day(10), day(4)]]);
    expect(await beside(7, 4)).toEqual([
      [day(10), day(8)],
      [day(3), day(1)],
    ]);
    expect(await beside(400, 1)).toBe("run run-7 is reading it");
  });

  test("is skipped while it is paused or quarantined, and says why", async () => {
    expect(await planSync(pauseProperty(property, 5), free, nowMs)).toEqual({
      kind: "skip",
      reason: "it is paused",
    });
    expect(await planSync(quarantineProperty(property, "403.", 5), free, nowMs)).toEqual({
      kind: "skip",
      reason:
        "it is quarantined: 403. Mend it, then: gsc-sync properties resume sc-domain:example.com",
    });
  });
});
