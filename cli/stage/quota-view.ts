import { alignColumns, type Canvas, type Cell, type Column } from "../output/views/columns.ts";
import { count, localTime, percent } from "../output/views/format.ts";
import { paint } from "../output/views/style.ts";
import { cut, oneLine } from "../output/views/text-width.ts";
import type { QuotaLine } from "./read-quota.ts";

/** One line a scope, what is closed or lowered under it. */
export function quotaTable(lines: readonly QuotaLine[], nowMs: number, canvas: Canvas): string {
  if (lines.length === 0) return "No requests lately: every scope is open and unused.";
  const { header, lines: rows } = alignColumns(columns, lines.map(cells), canvas);
  const blocks = lines.map((line, index) => [rows[index] ?? "", ...notes(line, nowMs, canvas)]);
  return [header, ...blocks.flat()].join("\n");
}

const columns: readonly Column[] = [
  { title: "scope", align: "left", whole: true },
  { title: "id", align: "left" },
  { title: "used", align: "right", whole: true },
  { title: "budget", align: "right", whole: true },
  { title: "limit", align: "right", whole: true },
  { title: "of limit", align: "right", whole: true },
];

/** From this share of its limit on, Google's line is near. */
const nearShare = 0.8;

function cells({ scope, id, used, budget, limit, closedUntil }: QuotaLine): readonly Cell[] {
  const near = used >= nearShare * limit;
  return [
    { text: scope, ...(closedUntil === null ? {} : { style: "red" as const }) },
    { text: oneLine(id) },
    { text: count(used) },
    { text: count(budget) },
    { text: count(limit) },
    { text: percent(used, limit), ...(near ? { style: "yellow" as const } : {}) },
  ];
}

function notes(line: QuotaLine, nowMs: number, { width, colour }: Canvas): readonly string[] {
  const { closedUntil, reason } = line;
  if (reason === null) return [];
  const until =
    closedUntil === null ? "" : `closed until ${localTime(Date.parse(closedUntil), nowMs)}: `;
  return [paint("dim", cut(`  ↳ ${until}${oneLine(reason)}`, width), colour)];
}
