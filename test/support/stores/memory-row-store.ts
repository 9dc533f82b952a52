import { findReport } from "../../../shared/request/find-report.ts";
import type { Report } from "../../../shared/request/report.ts";
import type { Unit } from "../../../shared/request/unit.ts";
import { isPurged, type Purge } from "../../../shared/rows/purge.ts";
import {
  generationGraceMs,
  type RowStore,
  type UnitQuery,
  type VisibleRow,
} from "../../../shared/rows/row-store.ts";
import { RowStoreError } from "../../../shared/rows/row-store-error.ts";
import { type StoredRow, storedRows } from "../../../shared/rows/stored-row.ts";
import type { UnitRecord } from "../../../shared/rows/unit-record.ts";
import { streamWholeUnits } from "../../../shared/rows/whole-units.ts";

type Generation = {
  readonly rows: Map<string, StoredRow>;
  readonly begunAtMs: number;
  flipped: boolean;
  doomed: boolean;
  emptiedAtMs: number | null;
};

type HeldUnit = {
  readonly generations: Map<number, Generation>;
  record: UnitRecord | null;
  completedAtMs: number;
};

/** What a round trip is for. */
export type RowsAccess =
  | "a round trip"
  | "a reader's"
  | "a sweep empties a generation"
  | "a sweep has emptied a generation";

/** What the stores that share it hold. */
export type MemoryRows = Map<string, HeldUnit>;

const tombstones = new WeakMap<MemoryRows, Purge[]>();

/**
 * Rows in memory, held to the same contract as the real stores. `step` comes before each access,
 * as a round trip to a server would: it may take a turn of the event loop, or throw. `graceMs` is
 * how long a generation that nobody sees is kept.
 */
export function memoryRowStore(
  held: MemoryRows = new Map(),
  options: {
    readonly findReport?: (id: string) => Report | undefined;
    readonly step?: (access: RowsAccess) => Promise<void>;
    readonly graceMs?: number;
  } = {},
): RowStore {
  const { step: roundTrip = async () => {}, graceMs = generationGraceMs } = options;
  const step = (access: RowsAccess = "a round trip") => roundTrip(access);
  const reportOf = options.findReport ?? findReport;

  const purges = tombstones.get(held) ?? [];
  tombstones.set(held, purges);

  function heldUnit(unit: Unit): HeldUnit {
    const key = unitKey(unit);
    const found = held.get(key) ?? { generations: new Map(), record: null, completedAtMs: 0 };
    held.set(key, found);
    return found;
  }

  function recordsOf(query: UnitQuery): readonly UnitRecord[] {
    return [...held.values()]
      .map(({ record }) => record)
      .filter((record) => record !== null)
      .filter(({ siteUrl, date }) => siteUrl === query.siteUrl && inRange(date, query))
      .filter(({ report }) => query.reports?.includes(report) ?? true)
      .sort((a, b) => compare(`${a.date} ${a.report}`, `${b.date} ${b.report}`));
  }

  async function readUnit(unit: Unit): Promise<{ readonly record: UnitRecord } | undefined> {
    await step("a reader's");
    const { record } = heldUnit(unit);
    return record === null ? undefined : { record };
  }

  /** In two reads: a generation may be swept between them. */
  async function readRows({ record }: { readonly record: UnitRecord }) {
    await step("a reader's");
    const first = generationRows(record).slice(0, Math.ceil(record.rows / 2));
    await step("a reader's");
    const last = first.at(-1)?.key ?? "";
    const rows = [...first, ...generationRows(record).filter(({ key }) => key > last)];
    const searchType = (record.shape ?? reportOf(record.report))?.searchType ?? "";
    return rows.map((row) => visibleRow(record, searchType, row));
  }

  /** By row key. */
  function generationRows(record: UnitRecord): readonly StoredRow[] {
    const { rows } = heldUnit(record).generations.get(record.generation) ?? {};
    return [...(rows?.values() ?? [])].sort((a, b) => compare(a.key, b.key));
  }

  return {
    async readUnits(query) {
      await step();
      return recordsOf(query);
    },

    async beginGeneration(unit, generation, nowMs) {
      await step();
      const { generations } = heldUnit(unit);
      if (generations.has(generation)) return;
      const begun = { begunAtMs: nowMs, flipped: false, doomed: false, emptiedAtMs: null };
      generations.set(generation, { ...begun, rows: new Map() });
    },

    async writeRows(unit, generation, report, rows) {
      await step();
      const open = heldUnit(unit).generations.get(generation);
      if (open === undefined || open.flipped || open.doomed) throw closed(unit, generation);
      for (const row of storedRows(report, rows)) open.rows.set(row.key, row);
    },

    async clearGeneration(unit, generation) {
      await step();
      const found = heldUnit(unit).generations.get(generation);
      if (found?.flipped === true) throw closed(unit, generation);
      found?.rows.clear();
    },

    async completeUnit(record, nowMs) {
      await step();
      const unit = heldUnit(record);
      const generation = unit.generations.get(record.generation);
      const visible = unit.record;
      if (generation === undefined || generation.doomed) return "superseded";
      if (purges.some((purge) => isPurged(purge, record))) return "superseded";
      if (visible !== null && visible.generation > record.generation) return "superseded";
      if (visible?.generation === record.generation) {
        if (visible.hash === record.hash) return "flipped";
        throw closed(record, record.generation);
      }
      generation.flipped = true;
      unit.record = record;
      unit.completedAtMs = nowMs;
      return "flipped";
    },

    async *streamRows(query) {
      await step();
      yield* streamWholeUnits(
        recordsOf(query).map((record) => ({ record })),
        { readUnit, readRows },
      );
    },

    async *purgeUnits(purge, nowMs) {
      await step();
      purges.push(purge);
      for (const [key, unit] of held) {
        const [siteUrl, report, date] = JSON.parse(key);
        const purged = [...unit.generations].filter(([generation]) =>
          isPurged(purge, { siteUrl, report, date, generation }),
        );
        if (purged.every(([, { emptiedAtMs }]) => emptiedAtMs !== null)) continue;
        await step();
        const { record } = unit;
        const gone = record !== null && isPurged(purge, record) ? record : null;
        if (gone !== null) unit.record = null;
        for (const [, generation] of purged) generation.doomed = true;
        for (const [, generation] of purged) {
          await step("a sweep empties a generation");
          generation.rows.clear();
          await step("a sweep has emptied a generation");
          generation.emptiedAtMs ??= nowMs;
        }
        yield { units: gone === null ? 0 : 1, rows: gone?.rows ?? 0 };
      }
    },

    async sweepGenerations(nowMs) {
      const graceOverMs = nowMs - graceMs;
      await step();
      const all = [...held.values()].flatMap((unit) =>
        [...unit.generations].map(([id, generation]) => ({ unit, id, generation })),
      );
      for (const { unit, id, generation } of all) {
        const visible = unit.record?.generation === id;
        const old = generation.begunAtMs <= graceOverMs && unit.completedAtMs <= graceOverMs;
        if (!visible && old) generation.doomed = true;
      }
      const doomed = all.filter(({ generation }) => generation.doomed);
      const full = doomed.filter(({ generation }) => generation.emptiedAtMs === null);
      for (const { generation } of full) {
        await step("a sweep empties a generation");
        generation.rows.clear();
        await step("a sweep has emptied a generation");
        generation.emptiedAtMs = nowMs;
      }
      for (const { unit, id, generation } of doomed) {
        const { emptiedAtMs } = generation;
        if (emptiedAtMs !== null && emptiedAtMs <= graceOverMs) unit.generations.delete(id);
      }
      return full.length;
    },

    async close() {},
  };
}

/** Rows that a generation holds, seen or not. */
export function heldRows(held: MemoryRows, unit: Unit, generation: number): number {
  return held.get(unitKey(unit))?.generations.get(generation)?.rows.size ?? 0;
}

function unitKey({ siteUrl, report, date }: Unit): string {
  return JSON.stringify([siteUrl, report, date]);
}

function inRange(date: string, { from, to }: UnitQuery): boolean {
  return date >= from && date <= to;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function visibleRow(record: UnitRecord, searchType: string, row: StoredRow): VisibleRow {
  const { key: _key, ...columns } = row;
  return { date: record.date, searchType, ...columns };
}

function closed({ date }: Unit, generation: number): RowStoreError {
  return new RowStoreError("generation-closed", `generation ${generation} of ${date} is closed`);
}
