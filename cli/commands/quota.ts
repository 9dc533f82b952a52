import { Command } from "commander";
import { jsonOption, stageOption } from "../options/options.ts";
import { commandTerminal } from "../output/terminal.ts";
import { alignColumns, type Canvas, type Cell, type Column } from "../output/views/columns.ts";
import { count, localTime, percent } from "../output/views/format.ts";
import { paint } from "../output/views/style.ts";
import { cut, oneLine } from "../output/views/text-width.ts";
import { openStage } from "../stage/open-stage.ts";
import { type QuotaLine, readQuota } from "../stage/read-quota.ts";

/** `gsc-sync quota`: what each scope used, what is closed and why. */
export function quotaCommand(): Command {
  return new Command("quota")
    .description(
      "show what each property, account and project used of its quota, and what is closed",
    )
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(async (options: { stage: string; json: boolean }) => {
      const terminal = commandTerminal(options.json);
      const stage = await openStage(options.stage, terminal.notice);
      try {
        const nowMs = Date.now();
        const scopes = await readQuota(stage, nowMs);
        terminal.result(quotaTable(scopes, nowMs, terminal), { scopes });
      } finally {
        await stage.close();
      }
    });
}

/** One line a scope, what is closed or lowered under it. */
function quotaTable(lines: readonly QuotaLine[], nowMs: number, canvas: Canvas): string {
  if (lines.length === 0) return "No requests lately: every quota is open and unused.";
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

/** The share of Google's limit from which on usage counts as near it. */
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
