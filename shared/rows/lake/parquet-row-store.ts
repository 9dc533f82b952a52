import { randomUUID } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { findReport } from "../../request/find-report.ts";
import type { Report } from "../../request/report.ts";
import type { Row } from "../../request/row.ts";
import type { Unit } from "../../request/unit.ts";
import { type KeyedRows, keyedRows } from "../keyed-rows.ts";
import { generationGraceMs, type RowStore } from "../row-store.ts";
import { RowStoreError } from "../row-store-error.ts";
import { type UnitRecord, unitId } from "../unit-record.ts";
import { type LakeLayout, lakeLayout, unitFileName, unitFolderOf } from "./lake-layout.ts";
import { guardFiles } from "./parquet-faults.ts";
import { readLake } from "./parquet-reader.ts";
import { encodeUnit } from "./parquet-unit-file.ts";
import { readIfThere } from "./parquet-unit-list.ts";
import type { UnitKeeper } from "./unit-keeper.ts";

/** Generations that this process holds at most: far more than a worker fetches at once. */
const maxOpen = 64;

/**
 * The row store in Parquet files. A generation is kept in memory until its unit is complete; then it
 * is written as one file, which the keeper puts in its unit's place: that is the flip. What a dead take
 * had gathered is gone with its process. Reading needs no keeper.
 */
export function openParquetRowStore(
  folder: string,
  keeper: UnitKeeper,
  options: { readonly findReport?: (id: string) => Report | undefined } = {},
): RowStore {
  const layout = lakeLayout(folder);
  const reportById = options.findReport ?? findReport;
  const generations = new Map<string, { pages: KeyedRows[] }>();

  function openGeneration(unit: Unit, generation: number) {
    const found = generations.get(keyOf(unit, generation));
    if (found !== undefined) return found;
    throw new RowStoreError(
      "generation-closed",
      `generation ${generation} of ${unit.siteUrl} ${unit.report} ${unit.date} takes no rows: it was never begun here, or is visible already`,
    );
  }

  return {
    ...readLake(folder),
    async beginGeneration(unit, generation) {
      const key = keyOf(unit, generation);
      if (generations.has(key)) return;
      generations.set(key, { pages: [] });
      const [oldest] = generations.keys();
      if (generations.size > maxOpen && oldest !== undefined) generations.delete(oldest);
    },
    async writeRows(unit, generation, _report, rows) {
      openGeneration(unit, generation).pages.push(rows);
    },
    async clearGeneration(unit, generation) {
      openGeneration(unit, generation).pages = [];
    },
    async completeUnit(record, nowMs) {
      const key = keyOf(record, record.generation);
      const held = generations.get(key);
      if (held === undefined) return guardFiles(() => answerOf(layout, record));
      const report = shapeOf(record, reportById);
      const stored = { record, completedAtMs: nowMs };
      const file = encodeUnit(stored, report, rowsOf(held.pages));
      const answer = await guardFiles(async () => keeper.place(await writePart(layout, file)));
      generations.delete(key);
      return answer;
    },
    async *purgeUnits(purge) {
      for (let more = true; more; ) {
        const step = await keeper.purge(purge);
        more = step.more;
        yield step;
      }
    },
    sweepGenerations: (nowMs) => keeper.sweep(nowMs - generationGraceMs),
    close: async () => generations.clear(),
  };
}

function keyOf(unit: Unit, generation: number): string {
  return `${unitId(unit)} ${generation}`;
}

function shapeOf(record: UnitRecord, reportById: (id: string) => Report | undefined): Report {
  if (record.shape !== undefined) return { id: record.report, ...record.shape };
  const report = reportById(record.report);
  if (report !== undefined) return report;
  throw new RowStoreError("refused", `there is no report ${record.report}`);
}

/** By key; of a key that several pages have, the last one's row. */
function rowsOf(pages: readonly KeyedRows[]): readonly Row[] {
  const [first] = pages;
  if (pages.length < 2) return first?.rows ?? [];
  return keyedRows(pages.flatMap(({ rows }) => rows)).rows;
}

/** What a generation that is not open here has come to. */
async function answerOf(layout: LakeLayout, record: UnitRecord) {
  const file = join(layout.rows, unitFolderOf(record), unitFileName);
  const placed = (await readIfThere(file))?.record;
  const same = placed?.generation === record.generation && placed.hash === record.hash;
  return same ? "flipped" : "superseded";
}

/** On the disk before its name is told: a rename must never show what a power cut then takes back. */
async function writePart({ incoming }: LakeLayout, bytes: Buffer): Promise<string> {
  const part = `${randomUUID()}.part`;
  const handle = await open(join(incoming, part), "wx", 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return part;
}
