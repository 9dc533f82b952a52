import type { PacificDate } from "../request/pacific-date.ts";
import type { Report } from "../request/report.ts";
import type { Unit } from "../request/unit.ts";
import type { KeyedRows } from "./keyed-rows.ts";
import type { Purge, Purged } from "./purge.ts";
import type { UnitRecord } from "./unit-record.ts";

/** Which units: a property, inclusive Pacific dates, all reports unless named. */
export type UnitQuery = {
  readonly siteUrl: string;
  readonly from: PacificDate;
  readonly to: PacificDate;
  readonly reports?: readonly string[];
};

/** A visible row as `rows` prints it; a dimension that the report lacks is null. */
export type VisibleRow = {
  readonly date: PacificDate;
  readonly searchType: string;
  readonly page: string | null;
  readonly query: string | null;
  readonly country: string | null;
  readonly device: string | null;
  readonly searchAppearance: string | null;
  readonly hour: string | null;
  readonly clicks: number;
  readonly impressions: number;
  readonly ctr: number;
  readonly position: number;
};

/**
 * Where rows live. A take writes a unit's rows under its own generation, unseen, and then flips
 * the unit record to it in one conditional write.
 *
 *   (nothing) --beginGeneration--> open --writeRows*--> open --completeUnit--> visible
 *   visible --a newer take's completeUnit--> superseded --sweep, after the grace--> gone
 *   open, its take dead --sweep, after the grace--> gone
 *   any of these, older than a purge --purgeUnits--> gone
 *
 * Faults throw {@link RowStoreError}.
 */
export type RowStore = {
  /** Unit records of the query, by date, then report. */
  readUnits(query: UnitQuery): Promise<readonly UnitRecord[]>;
  /**
   * Registers a generation before its first row. Repeating it is harmless. May throw
   * `generation-closed` for one that is older than a purge.
   */
  beginGeneration(unit: Unit, generation: number, nowMs: number): Promise<void>;
  /**
   * Upserts rows under an open generation; rows may repeat between calls (the last wins). Throws `generation-closed` when it was never begun, is visible, or was swept.
   */
  writeRows(unit: Unit, generation: number, report: Report, rows: KeyedRows): Promise<void>;
  /**
   * Deletes what a still unseen generation holds: needed whenever its take starts the unit again,
   * or rows of the first try stay. Throws `generation-closed` when it is visible.
   */
  clearGeneration(unit: Unit, generation: number): Promise<void>;
  /**
   * Flips the unit to `record.generation`. `superseded`: a newer take has flipped it, or the
   * generation was swept or purged; nothing changed. Repeating the same flip answers `flipped`.
   */
  completeUnit(record: UnitRecord, nowMs: number): Promise<"flipped" | "superseded">;
  /**
   * Visible rows by date, then report, then row key; a unit is emitted whole or read again.
   * Throws `rows-missing` when a unit holds other than the rows that its record counts.
   */
  streamRows(query: UnitQuery): AsyncIterable<VisibleRow>;
  /**
   * Deletes the units of a purge, each at one moment, and what takes of older tokens have written of
   * them; from the first step on none of these can become visible any more. Steps of a few units. Halted
   * anywhere, it goes on when it is called again, with this token or a newer one.
   */
  purgeUnits(purge: Purge, nowMs: number): AsyncIterable<Purged>;
  /** Deletes superseded and orphaned generations older than the grace; how many it deleted. */
  sweepGenerations(nowMs: number): Promise<number>;
  close(): Promise<void>;
};

/** A generation that nobody sees is kept this long, for readers and takes under way. */
export const generationGraceMs = 3_600_000;
