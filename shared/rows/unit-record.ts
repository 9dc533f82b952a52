import { hash } from "node:crypto";
import type { PacificDate } from "../request/pacific-date.ts";
import type { ReportShape } from "../request/report.ts";
import type { Unit } from "../request/unit.ts";

/** One page request of the fetch that the record stands for. */
export type PageFigures = {
  readonly startRow: number;
  readonly rows: number;
  /** The search appearance that it was filtered by: the second of a report's two steps. */
  readonly searchAppearance?: string;
};

/**
 * A unit's row in the row store: the truth about what is stored and visible.
 * `generation` is the pointer: readers see the rows of that generation and no others.
 */
export type UnitRecord = Unit & {
  /** The generation that readers see; the token of the take that wrote it. */
  readonly generation: number;
  readonly runId: string;
  /** What the report asked for; absent: it is the built-in report of that id. */
  readonly shape?: ReportShape;
  /** Visible rows (distinct dimension sets). */
  readonly rows: number;
  /** Rows that Google's pages held; more than `rows` when ties moved between pages. */
  readonly fetchedRows: number;
  readonly pages: readonly PageFigures[];
  readonly clicks: number;
  readonly impressions: number;
  /** Hash of the row set; equal for equal rows, whatever the page or fetch order. */
  readonly hash: string;
  /** Google's cap of 50,000 rows was reached: there may be more rows that it does not return. */
  readonly capped: boolean;
  /** `responseAggregationType` as Google gave it. */
  readonly aggregation: string | null;
  /** Google's first_incomplete_date, when it sent one. */
  readonly firstIncompleteDate: PacificDate | null;
  /** When the first page was asked for (epoch ms). */
  readonly fetchedAtMs: number;
};

/**
 * A unit's id, the same in every process and for ever: 122 bits of a SHA-256 as a version 8 UUID
 * (RFC 9562, 5.8). JSON keeps the three parts apart whatever they hold.
 */
export function unitId(unit: Unit): string {
  const digest = hash("sha256", JSON.stringify([unit.siteUrl, unit.report, unit.date]), "buffer");
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x80, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  return digest
    .toString("hex", 0, 16)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
