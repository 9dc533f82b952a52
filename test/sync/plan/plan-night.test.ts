import { beforeEach, describe, expect, test } from "vitest";
import type { Ledger } from "../../../shared/ledger/ledger.ts";
import { LedgerError } from "../../../shared/ledger/ledger-error.ts";
import { acquireLock } from "../../../shared/ledger/property-lock.ts";
import { newProperty, type Property, pauseProperty } from "../../../shared/registry/property.ts";
import { ReportSchema } from "../../../shared/request/report.ts";
import { RunRequestSchema } from "../../../shared/request/run-request.ts";
import type { RowStore } from "../../../shared/rows/row-store.ts";
import { type NightPage, nightPageSize, planNight } from "../../../shared/sync/plan/plan-night.ts";
import { aRun } from "../../support/samples/a-run.ts";
import { memoryLedger } from "../../support/stores/memory-ledger.ts";

const nowMs = Date.parse("2026-06-20T13:00:00Z");
const sites = ["sc-domain:a.example", "sc-domain:b.example", "https://c.example/"];

describe("a night", () => {
  let ledger: Ledger;
  let skipped: string[];
  let failed: string[];
  let rows: Pick<RowStore, "readUnits">;

  beforeEach(() => {
    ledger = memoryLedger({ lever: 3 });
    skipped = [];
    failed = [];
    rows = { readUnits: async () => [] };
  });

  const plan = (properties: readonly Property[], options: Partial<Input> = {}) =>
    planNight(
      { properties, night: "night-2026-06-20T13:00:00Z", after: "", ...options },
      {
        ledger,
        rows,
        nowMs: () => nowMs,
        skipped: (siteUrl, reason) => skipped.push(`${siteUrl}: ${reason}`),
        failed: (siteUrl, error) => failed.push(`${siteUrl}: ${String(error)}`),
      },
    );
  type Input = Parameters<typeof planNight>[0];
  const registered = sites.map((siteUrl) => newProperty(siteUrl, 0));

  test("has a run for each property, whose request the sync machine takes", async () => {
    const page = await plan(registered);
    expect(page.runs.map(({ request }) => request.siteUrl).sort()).toEqual([...sites].sort());
    for (const { request } of page.runs)
      expect(RunRequestSchema.safeParse(request).success).toBe(true);
    expect(page.after).toBeNull();
  });

  test("holds the reports that were registered with a property, and cuts its pages by them", async () => {
    const filters = [
      { dimension: "query", operator: "equals", expression: "x".repeat(2_000) },
    ] as const;
    const definitions = Array.from({ length: 20 }, (_, index) =>
      ReportSchema.parse({
        id: `mine_${index}`,
        dimensions: ["query"],
        dimensionFilterGroups: [{ filters }],
      }),
    );
    const reports = definitions.map(({ id }) => id);
    const properties = Array.from({ length: 9 }, (_, index) => ({
      ...newProperty(`sc-domain:p${index}.example`, 0),
      reports,
      definitions,
    }));
    const pages: NightPage[] = [];
    for (let after: string | null = ""; after !== null; ) {
      const page: NightPage = await plan(properties, { after });
      expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(256 * 1_024);
      pages.push(page);
      after = page.after;
    }
    const runs = pages.flatMap((page) => page.runs);
    expect(pages.length).toBeGreaterThan(1);
    expect(runs.map(({ request }) => request.siteUrl)).toEqual(
      properties.map(({ siteUrl }) => siteUrl),
    );
    for (const { request } of runs) expect(request.definitions).toEqual(definitions);
  });

  test("that is delivered twice names the same executions; another night, others", async () => {
    const names = async (night?: string) =>
      (await plan(registered, night === undefined ? {} : { night })).runs.map(({ name }) => name);
    const once = await names();
    expect(await names()).toEqual(once);
    expect(new Set(once).size).toBe(sites.length);
    expect(await names("night-2026-06-21T13:00:00Z")).not.toEqual(once);
    for (const name of once) expect(name).toMatch(/^[A-Za-z0-9_-]{1,70}$/);
  });

  test("names executions within the limit, however long its own name is", async () => {
    const { runs } = await plan(registered, { night: `hand-${"é".repeat(80)}` });
    for (const { name } of runs) expect(name).toMatch(/^[A-Za-z0-9_-]{1,70}$/);
  });

  test("passes over what is paused and what another run is reading", async () => {
    const [first = newProperty("", 0), second = first, third = first] = registered;
    await ledger.changeLock(second.siteUrl, (lock) =>
      acquireLock(lock, aRun({ runId: "backfill-1" }), nowMs + 1_000, nowMs),
    );
    const page = await plan([pauseProperty(first, 1), second, third]);
    expect(page.runs.map(({ request }) => request.siteUrl)).toEqual([third.siteUrl]);
    expect(skipped.sort()).toEqual([
      `${first.siteUrl}: it is paused`,
      `${second.siteUrl}: run backfill-1 is reading it`,
    ]);
  });

  test("goes on with the others when one property cannot be planned", async () => {
    rows = {
      async readUnits({ siteUrl }) {
        if (siteUrl === sites[0]) throw new TypeError("a record that nobody understands");
        return [];
      },
    };
    expect((await plan(registered)).runs).toHaveLength(2);
    expect(failed).toEqual([`${sites[0]}: TypeError: a record that nobody understands`]);
  });

  test("fails as a whole, to be tried again, when the ledger is away", async () => {
    ledger = {
      ...ledger,
      readLock: async () => {
        throw new LedgerError("unreachable", "away");
      },
    };
    await expect(plan(registered)).rejects.toThrow(LedgerError);
  });

  test("comes in pages that together have every property once", async () => {
    const many = Array.from({ length: 2 * nightPageSize + 1 }, (_, index) =>
      newProperty(`sc-domain:p${index}.example`, 0),
    );
    const seen: string[] = [];
    const sizes: number[] = [];
    for (let after: string | null = ""; after !== null; ) {
      const page: NightPage = await plan(many, { after });
      sizes.push(page.runs.length);
      seen.push(...page.runs.map(({ request }) => request.siteUrl));
      after = page.after;
    }
    expect(sizes).toEqual([nightPageSize, nightPageSize, 1]);
    expect(new Set(seen).size).toBe(many.length);
  });

  test("a page's runs fit into the state of an execution, whatever the properties are called", async () => {
    const long = Array.from({ length: nightPageSize }, (_, index) => ({
      ...newProperty(`https://${"long-".repeat(40)}${index}.example/`, 0),
      reports: ["page_query", "query", "page", "device", "country", "search_appearance"],
      qpm: 900,
      concurrency: 5,
    }));
    const page = await plan(long);
    expect(page.runs).toHaveLength(nightPageSize);
    expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(256 * 1_024 * 0.8);
  });
});
