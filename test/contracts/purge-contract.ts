import { describe, expect, test } from "vitest";
import type { Row } from "../../shared/request/row.ts";
import type { Unit } from "../../shared/request/unit.ts";
import { keyedRows } from "../../shared/rows/keyed-rows.ts";
import type { Purge } from "../../shared/rows/purge.ts";
import { generationGraceMs, type RowStore, type VisibleRow } from "../../shared/rows/row-store.ts";
import { RowStoreError } from "../../shared/rows/row-store-error.ts";
import {
  deviceCountry,
  pageQuery,
  sampleRecord,
  sampleRow,
  sampleRows,
  sampleSite,
  sampleUnit,
} from "../support/samples/row-samples.ts";
import type { RowStoreBackend } from "./row-store-contract.ts";

const nowMs = Date.parse("2026-04-01T12:00:00Z");

/** What the suite's own store and its rows look like to these tests. */
export type PurgedStore = {
  readonly backend: () => RowStoreBackend;
  readonly store: () => RowStore;
  /** Another store, with nothing in it. */
  readonly empty: () => Promise<void>;
  readonly visible: (siteUrl?: string) => Promise<readonly VisibleRow[]>;
};

/** What every row store must do when units are deleted for good. */
export function describePurge({ backend, store, empty, visible }: PurgedStore): void {
  const wholeProperty = { siteUrl: sampleSite, before: null, reports: null };

  async function purge(asked: Partial<Purge> & { readonly token: number }, from = store()) {
    const sum = { units: 0, rows: 0 };
    for await (const { units, rows } of from.purgeUnits({ ...wholeProperty, ...asked }, nowMs)) {
      sum.units += units;
      sum.rows += rows;
    }
    return sum;
  }

  async function begin(of: Unit, generation: number, rows: readonly Row[]): Promise<void> {
    const report = of.report === deviceCountry.id ? deviceCountry : pageQuery;
    await store().beginGeneration(of, generation, nowMs);
    await store().writeRows(of, generation, report, keyedRows(rows));
  }

  const flip = (of: Unit, generation: number, rows: readonly Row[]) =>
    store().completeUnit(sampleRecord(of, generation, [rows]), nowMs);

  async function storeUnit(of: Unit, generation: number, rows: readonly Row[]): Promise<void> {
    await begin(of, generation, rows);
    expect(await flip(of, generation, rows)).toBe("flipped");
  }

  /** A take that hears nothing of the purge, from its first write to its flip. */
  async function wholeTake(of: Unit, generation: number, rows: readonly Row[]) {
    try {
      await begin(of, generation, rows);
    } catch (error) {
      if (error instanceof RowStoreError && error.code === "generation-closed") return "superseded";
      throw error;
    }
    return flip(of, generation, rows);
  }

  const daysOf = async (siteUrl = sampleSite) =>
    [...new Set((await visible(siteUrl)).map(({ date }) => date))].sort();

  describe("purge", () => {
    test("deletes the units before a day and what they hold, and counts them", async () => {
      const units = [0, 1, 2, 3].map((day) => sampleUnit(day));
      for (const [day, of] of units.entries()) await storeUnit(of, 1, sampleRows(3 + day));
      expect(await purge({ before: sampleUnit(2).date, token: 5 })).toEqual({ units: 2, rows: 7 });
      expect(await daysOf()).toEqual([sampleUnit(2).date, sampleUnit(3).date]);
      for (const of of units.slice(0, 2)) {
        const { unseen } = backend();
        if (unseen !== undefined) expect(await unseen.heldRows(of, 1)).toBe(0);
      }
      expect(await purge({ before: sampleUnit(2).date, token: 6 })).toEqual({ units: 0, rows: 0 });
      expect(await purge({ token: 7 })).toEqual({ units: 2, rows: 11 });
      expect(await visible()).toEqual([]);
    });

    test("deletes those of the named reports and of no other property", async () => {
      const other = "sc-domain:example.co";
      const hours = sampleUnit(0, sampleSite, deviceCountry.id);
      await storeUnit(sampleUnit(0), 1, sampleRows(2));
      await storeUnit(hours, 1, [sampleRow(["MOBILE", "2026-03-01T05:00:00-08:00", "usa"])]);
      await storeUnit(sampleUnit(0, other), 1, sampleRows(4));
      expect(await purge({ reports: [pageQuery.id], token: 5 })).toEqual({ units: 1, rows: 2 });
      expect(await visible()).toHaveLength(1);
      expect(await visible(other)).toHaveLength(4);
    });

    test("deletes many units, and rows of several pages", async () => {
      const size = Math.min(7_000, backend().fullPage);
      for (let day = 0; day < 9; day += 1) await storeUnit(sampleUnit(day), 1, sampleRows(2));
      await storeUnit(sampleUnit(9), 1, sampleRows(size));
      await storeUnit(sampleUnit(9), 2, sampleRows(size, "again"));
      expect(await purge({ token: 5 })).toEqual({ units: 10, rows: 18 + size });
      expect(await visible()).toEqual([]);
    });

    test("is forgotten by newer takes: a backfill stores the units again", async () => {
      await storeUnit(sampleUnit(), 1, sampleRows(3));
      await purge({ token: 5 });
      await storeUnit(sampleUnit(), 6, sampleRows(4));
      expect(await visible()).toHaveLength(4);
      expect(await purge({ token: 5 })).toEqual({ units: 0, rows: 0 });
      expect(await visible()).toHaveLength(4);
    });

    test("keeps out a take that had begun, also of a unit that was never stored", async () => {
      await storeUnit(sampleUnit(0), 1, sampleRows(3));
      for (const day of [0, 1]) await begin(sampleUnit(day), 2, sampleRows(5));
      await purge({ token: 5 });
      for (const day of [0, 1]) {
        expect(await flip(sampleUnit(day), 2, sampleRows(5))).toBe("superseded");
      }
      expect(await store().readUnits({ ...range(), siteUrl: sampleSite })).toEqual([]);
    });

    test("keeps out a take that begins late, however many sweeps and purges later", async () => {
      await storeUnit(sampleUnit(0), 1, sampleRows(3));
      await purge({ before: sampleUnit(2).date, reports: [pageQuery.id], token: 5 });
      await purge({ before: sampleUnit(1).date, token: 8 });
      for (const hours of [1, 2, 3, 4]) {
        await store().sweepGenerations(nowMs + hours * generationGraceMs);
        for (const day of [0, 1]) {
          expect(await wholeTake(sampleUnit(day), 3, sampleRows(2))).toBe("superseded");
        }
      }
      expect(await visible()).toEqual([]);
      expect(await wholeTake(sampleUnit(1), 6, sampleRows(2))).toBe("flipped");
      expect(await wholeTake(sampleUnit(0), 7, sampleRows(2))).toBe("superseded");
      expect(await wholeTake(sampleUnit(2), 3, sampleRows(2))).toBe("flipped");
    });

    test("at the same moment as takes leaves nothing of the older, all of the newer", async () => {
      for (let round = 0; round < 10; round += 1) {
        const old = [0, 1, 2].map((day) => sampleUnit(3 * round + day));
        const token = 100 * (round + 1);
        const [stored, begun] = old;
        if (stored && begun) {
          await storeUnit(stored, token - 8, sampleRows(4));
          for (const of of [stored, begun]) await begin(of, token - 5, sampleRows(3));
        }
        await Promise.all([
          purge({ token }),
          ...old.slice(0, 2).map((of) => flip(of, token - 5, sampleRows(3))),
          ...old.map((of) => wholeTake(of, token - 3, sampleRows(2))),
          wholeTake(sampleUnit(200), token + 5, sampleRows(6)),
        ]);
        expect(await daysOf()).toEqual([sampleUnit(200).date]);
        expect(await visible()).toHaveLength(6);
        await purge({ token: token + 6 });
      }
    });

    test("beside takes of another property disturbs none of them", async () => {
      const other = "sc-domain:example.co";
      for (const day of [0, 1, 2, 3]) await storeUnit(sampleUnit(day), 1, sampleRows(3));
      const fetching = [0, 1, 2, 3, 4, 5].map((day) =>
        wholeTake(sampleUnit(day, other), 2, sampleRows(4)),
      );
      await Promise.all([purge({ token: 5 }), ...fetching]);
      expect(await visible()).toEqual([]);
      expect(await visible(other)).toHaveLength(24);
    });

    test("beside readers shows them each unit whole or not at all", async () => {
      const days = [0, 1, 2, 3, 4, 5];
      let purging = true;
      let reads = 0;
      const reader = async () => {
        while (purging) {
          const counts = Map.groupBy(await visible(), ({ date }) => date);
          for (const rows of counts.values()) expect(rows).toHaveLength(40);
          reads += 1;
        }
      };
      const purger = async () => {
        for (let round = 1; round < 6; round += 1) {
          for (const day of days) await storeUnit(sampleUnit(day), 10 * round, sampleRows(40));
          await purge({ before: sampleUnit(4).date, token: 10 * round + 1 });
          await purge({ token: 10 * round + 2 });
        }
        purging = false;
      };
      await Promise.all([purger(), reader(), reader()]);
      expect(reads).toBeGreaterThan(2);
    });

    test("that dies anywhere shows whole units, and goes on when it is asked again", async () => {
      let deaths = 0;
      for (let calls = 0; ; calls += backend().deathStride) {
        await empty();
        for (const day of [0, 1]) await storeUnit(sampleUnit(day), 1, sampleRows(6));
        await begin(sampleUnit(1), 2, sampleRows(8));
        await begin(sampleUnit(2), 2, sampleRows(9));
        const died = await purge({ token: 5 }, await backend().dyingStore(calls)).then(
          () => false,
          () => true,
        );
        for (const rows of Map.groupBy(await visible(), ({ date }) => date).values()) {
          expect(rows).toHaveLength(6);
        }
        // The tombstone is there from the first step on: what was not purged yet stays as it is.
        if (calls % 2 === 0) await flip(sampleUnit(2), 2, sampleRows(9));
        await purge({ token: 6 });
        expect(await visible()).toEqual([]);
        for (const day of [1, 2]) {
          expect(await flip(sampleUnit(day), 2, sampleRows(9))).toBe("superseded");
        }
        const { unseen } = backend();
        for (const [day, generation] of [
          [0, 1],
          [1, 1],
          [1, 2],
          [2, 2],
        ] as const) {
          if (unseen) expect(await unseen.heldRows(sampleUnit(day), generation)).toBe(0);
        }
        expect(await wholeTake(sampleUnit(0), 7, sampleRows(3))).toBe("flipped");
        if (!died) break;
        deaths += 1;
      }
      expect(deaths).toBeGreaterThan(3);
    });
  });
}

function range() {
  return { from: sampleUnit(-60).date, to: sampleUnit(300).date };
}
