import type { ReportContent, Table } from "./report-content.ts";

/** The report as Markdown, ready to be pasted. `page`: the file of the same report with plots. */
export function reportMarkdown(content: ReportContent, page: string): string {
  const { headline, about, success, notes, runs, differences, days, configuration } = content;
  return [
    `# ${escaped(headline.text)}`,
    escaped(about),
    `Plots: ${escaped(page)}`,
    "## Success metrics",
    tableText(success),
    ...notes.map(escaped),
    "## The two runs",
    tableText(runs),
    ...(differences === null ? [] : ["## Days that differ", tableText(differences)]),
    "## Configuration",
    tableText(configuration),
    "## Rows per day",
    tableText(days),
    "## Where the figures come from",
    content.sources.map((source) => `- ${source}`).join("\n"),
    "",
  ].join("\n\n");
}

function tableText({ columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(" | ")} |`;
  return [line(columns), `|${" --- |".repeat(columns.length)}`, ...rows.map(line)].join("\n");
}

/** What a name or an error says is no markup. */
function escaped(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\`*_{}[\]<>|#]/g, (mark) => `\\${mark}`);
}
