import { alignColumns, type Canvas, type Cell, type Column } from "./columns.ts";
import { count, counted } from "./format.ts";
import type { Style } from "./style.ts";
import { oneLine } from "./text-width.ts";

/** Completeness of a unit, as `units` prints it; figures are null where nothing is stored. */
export type UnitLine = {
  readonly date: string;
  readonly report: string;
  readonly status: string;
  readonly rows: number | null;
  readonly pages: number | null;
  readonly hash: string | null;
  readonly final: boolean;
  readonly capped: boolean;
  /** Rows that Google sent twice, which may stand for others that it did not send; absent: none. */
  readonly duplicates?: number;
  readonly runId: string | null;
};

/** Units in the order given, then what they add up to. Hashes are whole off a terminal. */
export function unitsTable(units: readonly UnitLine[], canvas: Canvas): string {
  if (units.length === 0) return "There are no units in this range.";
  const hashLength = Number.isFinite(canvas.width) ? shortHash : Number.POSITIVE_INFINITY;
  const cells = units.map((unit) => unitCells(unit, hashLength));
  const { header, lines } = alignColumns(columns, cells, canvas);
  return [header, ...lines, "", totals(units)].join("\n");
}

const shortHash = 8;

const columns: readonly Column[] = [
  { title: "date", align: "left", whole: true },
  { title: "report", align: "left", whole: true },
  { title: "status", align: "left", whole: true },
  { title: "rows", align: "right", whole: true },
  { title: "pages", align: "right", whole: true },
  { title: "notes", align: "left", whole: true },
  { title: "hash", align: "left" },
  { title: "run", align: "left" },
];

const statusStyles: Readonly<Record<string, Style>> = {
  complete: "green",
  failed: "red",
  missing: "yellow",
};

function unitCells(unit: UnitLine, hashLength: number): readonly Cell[] {
  return [
    { text: oneLine(unit.date) },
    { text: oneLine(unit.report) },
    { text: oneLine(unit.status), style: statusStyles[unit.status] },
    { text: unit.rows === null ? "" : count(unit.rows) },
    { text: unit.pages === null ? "" : count(unit.pages) },
    { text: notes(unit), style: "yellow" },
    { text: oneLine(unit.hash ?? "").slice(0, hashLength), style: "dim" },
    { text: oneLine(unit.runId ?? ""), style: "dim" },
  ];
}

/** What is out of the ordinary: an ordinary unit is final and not capped. */
function notes(unit: UnitLine): string {
  const stored = unit.hash !== null;
  return [
    stored && !unit.final ? "not final" : "",
    unit.capped ? "capped" : "",
    unit.duplicates ? `${count(unit.duplicates)} sent twice` : "",
  ]
    .filter((note) => note !== "")
    .join(", ");
}

function totals(units: readonly UnitLine[]): string {
  const byStatus = new Map<string, number>();
  for (const unit of units) byStatus.set(unit.status, (byStatus.get(unit.status) ?? 0) + 1);
  const rows = units.reduce((sum, unit) => sum + (unit.rows ?? 0), 0);
  const statuses = [...byStatus].map(([status, number]) => `${count(number)} ${oneLine(status)}`);
  return `${counted(units.length, "unit")}: ${statuses.join(", ")} · ${counted(rows, "row")}`;
}
