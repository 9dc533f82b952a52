import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Report, reportShape } from "../../shared/request/report.ts";
import type { Row } from "../../shared/request/row.ts";
import type { Unit } from "../../shared/request/unit.ts";
import { keyedRows } from "../../shared/rows/keyed-rows.ts";
import {
  generationGraceMs,
  type RowStore,
  type UnitQuery,
  type VisibleRow,
} from "../../shared/rows/row-store.ts";
import type { UnitRecord } from "../../shared/rows/unit-record.ts";
import { pacific } from "../support/samples/pacific.ts";
import {
  deviceCountry,
  pageQuery,
  sampleRecord,
  sampleReport,
  sampleRow,
  sampleRows,
  sampleSite,
  sampleUnit,
} from "../support/samples/row-samples.ts";
import { describePurge } from "./purge-contract.ts";

export type RowStoreBackend = {
  /** Forgets everything and opens a store that knows these reports. */
  emptyStore(findReport: (id: string) => Report | undefined): Promise<RowStore>;
  /** Rows of its largest page: Google's 25,000, or fewer where these take long and show no more. */
  readonly fullPage: number;
  /** Clicks and impressions are whole numbers, and a fraction is refused. */
  readonly wholeCounts?: boolean;
  /** Absent: rows that nobody sees are not in the store. */
  readonly unseen?: UnseenRows;
  /** Another client of the same rows whose wire breaks for good after so many calls. */
  dyingStore(calls: number): Promise<RowStore>;
  /** A sweep or purge is made to die at every n-th of its calls. */
  readonly deathStride: number;
  stop(): Promise<void>;
};

/** A store that keeps generations that nobody sees, until a sweep deletes them. */
export type UnseenRows = {
  /** Rows that the generation holds, seen or not. */
  heldRows(unit: Unit, generation: number): Promise<number>;
  /** Rows that it takes several calls to delete. */
  readonly severalCallsOfRows: number;
};

/**
 * What every row store must do; each implementation runs it. `keepsUnseen`: false for one that has no
 * rows that nobody sees.
 */
export function describeRowStore(
  name: string,
  makeBackend: () => Promise<RowStoreBackend>,
  keepsUnseen = true,
): void {
  describe(name, () => {
    let backend: RowStoreBackend;
    let store: RowStore;
    const unit = sampleUnit();
    const nowMs = Date.parse("2026-04-01T12:00:00Z");

    beforeAll(async () => {
      backend = await makeBackend();
    });
    beforeEach(async () => {
      store = await backend.emptyStore(sampleReport);
    });
    afterAll(async () => {
      await backend.stop();
    });

    /** What each part of the store needs several calls for. */
    const manyRows = () => Math.min(7_000, backend.fullPage);

    /** Nothing to say of a store that keeps no rows that nobody sees. */
    async function expectHeld(of: Unit, generation: number, count: number): Promise<void> {
      const { unseen } = backend;
      if (unseen) expect(await unseen.heldRows(of, generation)).toBe(count);
    }

    type Fetch = { unit?: Unit; report?: Report; atMs?: number; in?: RowStore };

    /** A take's whole work on a unit: its pages under a generation, then the flip. */
    async function storeUnit(
      generation: number,
      pages: readonly (readonly Row[])[],
      { unit: of = unit, report = pageQuery, atMs = nowMs, in: target = store }: Fetch = {},
    ): Promise<UnitRecord> {
      const record = sampleRecord(of, generation, pages);
      await target.beginGeneration(of, generation, atMs);
      for (const page of pages) await target.writeRows(of, generation, report, keyedRows(page));
      expect(await target.completeUnit(record, atMs)).toBe("flipped");
      return record;
    }

    function everything(siteUrl = sampleSite): UnitQuery {
      return { siteUrl, from: pacific("2026-01-01"), to: pacific("2026-12-31") };
    }

    async function visible(query: UnitQuery = everything()): Promise<VisibleRow[]> {
      const rows: VisibleRow[] = [];
      for await (const row of store.streamRows(query)) rows.push(row);
      return rows;
    }

    describe("unit records", () => {
      test("come back as they were stored", async () => {
        const record = sampleRecord(unit, 1_774_000_000_123, [sampleRows(3), []], {
          runId: "rün-2",
          capped: true,
          aggregation: null,
          firstIncompleteDate: pacific("2026-03-30"),
          clicks: 0.1 + 0.2,
        });
        await store.beginGeneration(unit, record.generation, nowMs);
        await store.writeRows(unit, record.generation, pageQuery, keyedRows(sampleRows(3)));
        await store.completeUnit(record, nowMs);
        expect(await store.readUnits(everything())).toEqual([record]);
      });

      test("keep the shape of their report, and which requests were filtered by an appearance", async () => {
        const byAppearance: Report = {
          id: "by_appearance",
          searchType: "video",
          dimensions: ["searchAppearance", "page"],
          dataState: "all",
          aggregationType: "byPage",
          dimensionFilterGroups: [
            {
              groupType: "and",
              filters: [{ dimension: "country", operator: "notEquals", expression: "usa" }],
            },
          ],
        };
        const rows = [sampleRow(["VIDEO", "https://example.com/"])];
        const record = sampleRecord(sampleUnit(0, sampleSite, byAppearance.id), 1, [rows], {
          shape: reportShape(byAppearance),
          pages: [
            { startRow: 0, rows: 1 },
            { startRow: 0, rows: 1, searchAppearance: "VIDEO" },
          ],
        });
        await store.beginGeneration(record, 1, nowMs);
        await store.writeRows(record, 1, byAppearance, keyedRows(rows));
        // A report that no list of reports has: the record's shape is enough.
        expect(await store.completeUnit(record, nowMs)).toBe("flipped");
        expect(await store.readUnits(everything())).toEqual([record]);
        expect(await visible()).toMatchObject([
          { searchType: "video", searchAppearance: "VIDEO", query: null },
        ]);
      });

      test("are found by property, dates inclusive, and report, by date and then report", async () => {
        const units = [
          sampleUnit(2),
          sampleUnit(1),
          sampleUnit(1, sampleSite, deviceCountry.id),
          sampleUnit(0),
          sampleUnit(3),
          sampleUnit(1, "sc-domain:example.co"),
        ];
        for (const each of units) await storeUnit(1, [], { unit: each });
        const found = await store.readUnits({
          siteUrl: sampleSite,
          from: sampleUnit(1).date,
          to: sampleUnit(2).date,
        });
        expect(found.map(({ date, report }) => [date, report])).toEqual([
          ["2026-03-02", "device_country"],
          ["2026-03-02", "page_query"],
          ["2026-03-03", "page_query"],
        ]);
        const named = await store.readUnits({ ...everything(), reports: ["device_country"] });
        expect(named).toHaveLength(1);
        expect(await store.readUnits({ ...everything(), reports: [] })).toEqual([]);
      });

      test("of a property with a 2,000-character URL are found", async () => {
        const siteUrl = `https://example.com/${"x".repeat(2_000)}/`;
        await storeUnit(1, [sampleRows(2)], { unit: sampleUnit(0, siteUrl) });
        expect(await store.readUnits(everything(siteUrl))).toHaveLength(1);
        expect(await visible(everything(siteUrl))).toHaveLength(2);
      });

      test("are empty for an empty unit, which is complete all the same", async () => {
        await storeUnit(1, [[]]);
        expect(await store.readUnits(everything())).toMatchObject([{ rows: 0, clicks: 0 }]);
        expect(await visible()).toEqual([]);
      });
    });

    describe("rows", () => {
      test("come back exactly, whatever their text", async () => {
        const rows = [
          sampleRow(["https://example.com/ä?q=日本語&x=%20", "naïve 🎉 \u202Eא"]),
          sampleRow(["", ""]),
          sampleRow([`https://example.com/${"p".repeat(2_000)}`, "long"]),
          sampleRow([`https://example.com/${"日".repeat(2_000)}`, "long and wide"]),
          sampleRow(["NULL", "null"]),
          sampleRow(['a"b\\c{d},e', "'; DROP TABLE unit; --"]),
          sampleRow(["\\x00", "\t\n\r "]),
          sampleRow(["e\u0301", "é"]),
          sampleRow(["é", "e\u0301"]),
        ];
        await storeUnit(1, [rows]);
        const texts = (await visible()).map(({ page, query }) => [page, query]);
        expect(texts).toHaveLength(rows.length);
        expect(texts).toEqual(expect.arrayContaining(rows.map(({ keys }) => keys)));
      });

      test("keep every digit of their figures", async () => {
        const row = {
          keys: ["p", "q"],
          clicks: 9_007_199_254_740_991,
          impressions: backend.wholeCounts ? 9_007_199_254_740_990 : 0.1 + 0.2,
          ctr: 1 / 3,
          position: 5e-324,
        };
        await storeUnit(1, [[row]]);
        const { keys, ...figures } = row;
        expect(await visible()).toEqual([
          {
            date: unit.date,
            searchType: "web",
            page: "p",
            query: "q",
            country: null,
            device: null,
            searchAppearance: null,
            hour: null,
            ...figures,
          },
        ]);
      });

      test("that differ only in NUL or lone surrogates stay apart, shown as U+FFFD", async () => {
        const rows = ["a\0", "a\uD800", "a\uDFFF", "a\uFFFD"].map((query) =>
          sampleRow(["p", query]),
        );
        await storeUnit(1, [rows]);
        expect((await visible()).map(({ query }) => query)).toEqual(rows.map(() => "a\uFFFD"));
      });

      test("have their values under the dimensions of their report", async () => {
        const of = sampleUnit(0, sampleSite, deviceCountry.id);
        const row = sampleRow(["MOBILE", "2026-03-01T05:00:00-08:00", "usa"]);
        await storeUnit(1, [[row]], { unit: of, report: deviceCountry });
        expect(await visible()).toMatchObject([
          {
            searchType: "image",
            page: null,
            query: null,
            country: "usa",
            device: "MOBILE",
            hour: "2026-03-01T05:00:00-08:00",
          },
        ]);
      });

      test("of full pages are all there, once", async () => {
        const { fullPage } = backend;
        const pages = [sampleRows(fullPage, "one"), sampleRows(fullPage, "two")];
        const record = await storeUnit(1, pages);
        const seen = await visible();
        expect(seen).toHaveLength(2 * fullPage);
        expect(new Set(seen.map(({ page }) => page)).size).toBe(2 * fullPage);
        const clicks = seen.reduce((sum, row) => sum + row.clicks, 0);
        expect(clicks).toBe(record.clicks);
      });

      test("of a page with 2,000-character URLs and queries throughout are all there", async () => {
        const rows = Array.from({ length: 4_000 }, (_, index) =>
          sampleRow([`https://example.com/${"é".repeat(2_000)}${index}`, "q".repeat(2_000)]),
        );
        await storeUnit(1, [rows]);
        expect(await visible()).toHaveLength(4_000);
      });

      test("that repeat within a call and between calls are one row, with the last values", async () => {
        const tied = sampleRow(["tied", "q"], 1);
        const first = [tied, sampleRow(["other", "q"], 2), { ...tied, clicks: 5 }];
        const second = [{ ...tied, clicks: 8, position: 9.5 }, sampleRow(["third", "q"], 3)];
        const record = await storeUnit(1, [first, second]);
        expect(record).toMatchObject({ rows: 3, fetchedRows: 5, clicks: 13 });
        const seen = await visible();
        expect(seen).toHaveLength(3);
        expect(seen.find(({ page }) => page === "tied")).toMatchObject({
          clicks: 8,
          position: 9.5,
        });
      });

      test("come by date, then report, then always in the same order", async () => {
        const rows = sampleRows(40);
        const other = sampleUnit(1, sampleSite, deviceCountry.id);
        await storeUnit(1, [rows], { unit: sampleUnit(1) });
        await storeUnit(1, [[sampleRow(["TABLET", "h", "deu"])]], {
          unit: other,
          report: deviceCountry,
        });
        await storeUnit(1, [rows.toReversed()], { unit: sampleUnit(0) });
        const seen = await visible();
        expect(seen.slice(0, 40).every(({ date }) => date === "2026-03-01")).toBe(true);
        expect(seen[40]).toMatchObject({ date: "2026-03-02", device: "TABLET" });
        const pages = (part: readonly VisibleRow[]) => part.map(({ page }) => page);
        expect(pages(seen.slice(41))).toEqual(pages(seen.slice(0, 40)));
      });
    });

    describe("generations", () => {
      test("are not seen before their flip", async () => {
        await store.beginGeneration(unit, 1, nowMs);
        await store.writeRows(unit, 1, pageQuery, keyedRows(sampleRows(5)));
        expect(await store.readUnits(everything())).toEqual([]);
        expect(await visible()).toEqual([]);
        await expectHeld(unit, 1, 5);
      });

      test("replace the one before as a whole", async () => {
        await storeUnit(1, [sampleRows(30, "old")]);
        await storeUnit(2, [sampleRows(3, "new")]);
        expect((await visible()).map(({ page }) => page?.includes("/new/"))).toEqual(
          Array(3).fill(true),
        );
        expect(await store.readUnits(everything())).toMatchObject([{ generation: 2, rows: 3 }]);
      });

      test("of an older take are refused, and change nothing", async () => {
        await store.beginGeneration(unit, 1, nowMs);
        await store.writeRows(unit, 1, pageQuery, keyedRows(sampleRows(4, "old")));
        const record = await storeUnit(2, [sampleRows(2, "new")]);
        const late = sampleRecord(unit, 1, [sampleRows(4, "old")]);
        expect(await store.completeUnit(late, nowMs)).toBe("superseded");
        expect(await store.readUnits(everything())).toEqual([record]);
        expect(await visible()).toHaveLength(2);
      });

      test("flip again to the same answer, until a newer one has", async () => {
        const record = await storeUnit(1, [sampleRows(2)]);
        expect(await store.completeUnit(record, nowMs + 1)).toBe("flipped");
        await storeUnit(2, [sampleRows(1)]);
        expect(await store.completeUnit(record, nowMs + 2)).toBe("superseded");
      });

      test("of one unit flipped at once by several takes leave the newest", async () => {
        for (let round = 0; round < 5; round += 1) {
          const of = sampleUnit(round);
          const takes = [1, 2, 3, 4, 5, 6];
          for (const take of takes) {
            await store.beginGeneration(of, take, nowMs);
            await store.writeRows(of, take, pageQuery, keyedRows(sampleRows(take)));
          }
          const answers = await Promise.all(
            takes.map((take) =>
              store.completeUnit(sampleRecord(of, take, [sampleRows(take)]), nowMs),
            ),
          );
          expect(answers.at(-1)).toBe("flipped");
          const [record] = await store.readUnits({
            siteUrl: sampleSite,
            from: of.date,
            to: of.date,
          });
          expect(record?.generation).toBe(6);
        }
      });

      test("begin again without harm", async () => {
        await store.beginGeneration(unit, 1, nowMs);
        await store.writeRows(unit, 1, pageQuery, keyedRows(sampleRows(5)));
        await store.beginGeneration(unit, 1, nowMs + 5);
        await expectHeld(unit, 1, 5);
        expect(await store.completeUnit(sampleRecord(unit, 1, [sampleRows(5)]), nowMs)).toBe(
          "flipped",
        );
        expect(await visible()).toHaveLength(5);
      });

      test("never begun take no rows and never flip", async () => {
        await expect(
          store.writeRows(unit, 1, pageQuery, keyedRows(sampleRows(1))),
        ).rejects.toMatchObject({
          code: "generation-closed",
        });
        expect(await store.completeUnit(sampleRecord(unit, 1, []), nowMs)).toBe("superseded");
        expect(await store.readUnits(everything())).toEqual([]);
      });

      test("can be cleared and written anew while they are unseen", async () => {
        await storeUnit(1, [sampleRows(2, "old")]);
        await store.beginGeneration(unit, 2, nowMs);
        await store.writeRows(unit, 2, pageQuery, keyedRows(sampleRows(manyRows(), "first try")));
        await store.clearGeneration(unit, 2);
        await expectHeld(unit, 2, 0);
        await storeUnit(2, [sampleRows(3, "second try")]);
        expect(await visible()).toHaveLength(3);
      });

      test("that are visible are neither written nor cleared", async () => {
        await storeUnit(1, [sampleRows(3)]);
        const closed = { code: "generation-closed" };
        await expect(
          store.writeRows(unit, 1, pageQuery, keyedRows(sampleRows(1))),
        ).rejects.toMatchObject(closed);
        await expect(store.clearGeneration(unit, 1)).rejects.toMatchObject(closed);
        expect(await visible()).toHaveLength(3);
      });
    });

    describe("readers", () => {
      test("see a unit wholly old or wholly new while it is synced again and swept", async () => {
        const units = [0, 1, 2, 3].map((day) => sampleUnit(day));
        const sizes = new Map<string, number>();
        const size = (generation: number) => 60 + generation;
        async function sync(generation: number) {
          for (const of of units) {
            const rows = sampleRows(size(generation), `g${generation}`);
            sizes.set(`g${generation}`, rows.length);
            await storeUnit(generation, [rows], {
              unit: of,
              atMs: nowMs + generation * generationGraceMs,
            });
          }
        }
        await sync(1);
        let syncing = true;
        let reads = 0;
        const writer = (async () => {
          for (let generation = 2; generation <= 6; generation += 1) {
            await sync(generation);
            await store.sweepGenerations(nowMs + (generation + 1) * generationGraceMs);
          }
          syncing = false;
        })();
        const reader = async () => {
          while (syncing) {
            const counts = new Map<string, Map<string, number>>();
            for (const row of await visible()) {
              const salts = counts.get(row.date) ?? new Map<string, number>();
              const salt = row.page?.split("/")[3] ?? "";
              counts.set(row.date, salts.set(salt, (salts.get(salt) ?? 0) + 1));
            }
            expect(counts.size).toBe(units.length);
            for (const salts of counts.values()) {
              expect(salts.size).toBe(1);
              for (const [salt, count] of salts) expect(count).toBe(sizes.get(salt));
            }
            reads += 1;
          }
        };
        await Promise.all([writer, reader(), reader()]);
        expect(reads).toBeGreaterThan(2);
      });

      test("that pause between units get later units wholly new, though the old rows are gone", async () => {
        const units = [0, 1, 2].map((day) => sampleUnit(day));
        for (const of of units) await storeUnit(1, [sampleRows(5, "old")], { unit: of });
        const stream = store.streamRows(everything())[Symbol.asyncIterator]();
        const seen = [(await stream.next()).value];
        for (const of of units) await storeUnit(2, [sampleRows(7, "new")], { unit: of });
        expect(await store.sweepGenerations(nowMs + generationGraceMs)).toBe(
          backend.unseen ? 3 : 0,
        );
        for (let next = await stream.next(); next.done !== true; next = await stream.next()) {
          seen.push(next.value);
        }
        const salts = seen.map((row) => `${row?.date} ${row?.page?.split("/")[3]}`);
        expect(salts).toEqual([
          ...Array(5).fill("2026-03-01 old"),
          ...Array(7).fill("2026-03-02 new"),
          ...Array(7).fill("2026-03-03 new"),
        ]);
      });

      test("are told when a unit holds fewer rows than its record counts", async () => {
        await store.beginGeneration(unit, 1, nowMs);
        await store.writeRows(unit, 1, pageQuery, keyedRows(sampleRows(2)));
        await store.completeUnit(sampleRecord(unit, 1, [sampleRows(3)]), nowMs);
        await expect(visible()).rejects.toMatchObject({ code: "rows-missing" });
      });
    });

    describePurge({
      backend: () => backend,
      store: () => store,
      async empty() {
        store = await backend.emptyStore(sampleReport);
      },
      visible: (siteUrl) => visible(everything(siteUrl)),
    });

    if (!keepsUnseen) return;
    describe("sweep of rows that nobody sees", () => {
      const later = nowMs + generationGraceMs;
      const muchLater = later + generationGraceMs;

      test("deletes a superseded generation an hour after the flip, not before", async () => {
        await storeUnit(1, [sampleRows(manyRows(), "old")]);
        await storeUnit(2, [sampleRows(2, "new")], { atMs: later });
        expect(await store.sweepGenerations(muchLater - 1)).toBe(0);
        await expectHeld(unit, 1, manyRows());
        expect(await store.sweepGenerations(muchLater)).toBe(1);
        await expectHeld(unit, 1, 0);
        expect(await visible()).toHaveLength(2);
        expect(await store.sweepGenerations(muchLater)).toBe(0);
      });

      test("deletes what a dead take left an hour after it began, not before", async () => {
        await store.beginGeneration(unit, 1, nowMs);
        await store.writeRows(unit, 1, pageQuery, keyedRows(sampleRows(5)));
        expect(await store.sweepGenerations(later - 1)).toBe(0);
        expect(await store.sweepGenerations(later)).toBe(1);
        await expectHeld(unit, 1, 0);
      });

      test("deletes an older take's rows that were refused", async () => {
        await store.beginGeneration(unit, 1, nowMs);
        await store.writeRows(unit, 1, pageQuery, keyedRows(sampleRows(5)));
        await storeUnit(2, [sampleRows(2)]);
        await store.completeUnit(sampleRecord(unit, 1, [sampleRows(5)]), nowMs);
        expect(await store.sweepGenerations(later)).toBe(1);
        await expectHeld(unit, 1, 0);
        expect(await visible()).toHaveLength(2);
      });

      test("never deletes what is visible, however old", async () => {
        await storeUnit(1, [sampleRows(5)]);
        for (const hours of [1, 24, 9_000]) {
          expect(await store.sweepGenerations(nowMs + hours * generationGraceMs)).toBe(0);
        }
        expect(await visible()).toHaveLength(5);
      });

      test("before the flip of a take thought dead makes the flip refused, for good", async () => {
        await store.beginGeneration(unit, 1, nowMs);
        await store.writeRows(unit, 1, pageQuery, keyedRows(sampleRows(5)));
        await store.sweepGenerations(later);
        const record = sampleRecord(unit, 1, [sampleRows(5)]);
        expect(await store.completeUnit(record, later)).toBe("superseded");
        await store.beginGeneration(unit, 1, later);
        await expect(
          store.writeRows(unit, 1, pageQuery, keyedRows(sampleRows(1))),
        ).rejects.toMatchObject({
          code: "generation-closed",
        });
        expect(await store.completeUnit(record, later)).toBe("superseded");
        expect(await store.readUnits(everything())).toEqual([]);
        await expectHeld(unit, 1, 0);
      });

      test("forgets what it deleted after another hour: the generation may begin anew", async () => {
        await store.beginGeneration(unit, 1, nowMs);
        await store.writeRows(unit, 1, pageQuery, keyedRows(sampleRows(5)));
        expect(await store.sweepGenerations(later)).toBe(1);
        expect(await store.sweepGenerations(muchLater)).toBe(0);
        await store.beginGeneration(unit, 1, muchLater);
        await store.writeRows(unit, 1, pageQuery, keyedRows(sampleRows(3)));
        await expectHeld(unit, 1, 3);
      });

      test("at the same moment as a flip leaves the unit whole, or refuses the flip", async () => {
        for (let round = 0; round < 12; round += 1) {
          const of = sampleUnit(round);
          await store.beginGeneration(of, 1, nowMs);
          await store.writeRows(of, 1, pageQuery, keyedRows(sampleRows(3)));
          const [answer] = await Promise.all([
            store.completeUnit(sampleRecord(of, 1, [sampleRows(3)]), later),
            store.sweepGenerations(later),
            store.sweepGenerations(later),
          ]);
          const seen = await visible({ siteUrl: sampleSite, from: of.date, to: of.date });
          expect(seen).toHaveLength(answer === "flipped" ? 3 : 0);
          await expectHeld(of, 1, answer === "flipped" ? 3 : 0);
        }
      });

      test("that dies anywhere is finished by the next one, and readers notice nothing", async () => {
        const { unseen } = backend;
        if (unseen === undefined) throw new Error("the backend shows no unseen rows");
        let deaths = 0;
        for (let calls = 0; ; calls += backend.deathStride) {
          store = await backend.emptyStore(sampleReport);
          await storeUnit(1, [sampleRows(unseen.severalCallsOfRows, "old")]);
          await storeUnit(2, [sampleRows(4, "new")]);
          await store.beginGeneration(unit, 3, nowMs);
          await store.writeRows(unit, 3, pageQuery, keyedRows(sampleRows(6, "orphan")));
          const dying = await backend.dyingStore(calls);
          const died = await dying.sweepGenerations(later).then(
            () => false,
            () => true,
          );
          expect((await visible()).every(({ page }) => page?.includes("/new/"))).toBe(true);
          await store.sweepGenerations(later);
          await expectHeld(unit, 1, 0);
          await expectHeld(unit, 3, 0);
          expect(await store.completeUnit(sampleRecord(unit, 3, [[]]), later)).toBe("superseded");
          expect(await visible()).toHaveLength(4);
          if (!died) break;
          deaths += 1;
        }
        expect(deaths).toBeGreaterThan(3);
      });
    });
  });
}
