import { access, constants, mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { errorMessage } from "../../shared/lib/error-message.ts";
import type { RolloutFigures } from "../../shared/operations/rollout/rollout-figures.ts";
import type { Verdict } from "../../shared/operations/rollout/verdicts.ts";
import { CommandError, UsageError } from "../output/errors.ts";
import { type ReportContent, reportContent, type Table } from "./report-content.ts";

export type ReportFiles = {
  readonly markdown: string;
  readonly html: string;
  write(figures: RolloutFigures, verdicts: readonly Verdict[]): Promise<void>;
};

/**
 * Opens the report's files before the rollout begins, so that a wrong path is found at once.
 * @throws UsageError, CommandError
 */
export async function openReportFiles(
  output: string | undefined,
  nowMs: number,
): Promise<ReportFiles> {
  if (output !== undefined && !/[^/\\]\.md$/.test(output)) {
    throw new UsageError(`--output ${output || '""'}: name a Markdown file, like report.md`);
  }
  const timestamp = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const markdown = resolve(output ?? `output/rollout_${timestamp}.md`);
  const html = markdown.replace(/\.md$/, ".html");
  try {
    await mkdir(dirname(markdown), { recursive: true });
    await access(dirname(markdown), constants.W_OK);
  } catch (cause) {
    throw new CommandError(`the report cannot be written to ${markdown}: ${errorMessage(cause)}`, {
      cause,
    });
  }
  return {
    markdown,
    html,
    async write(figures, verdicts) {
      const content = reportContent(figures, verdicts);
      await writeFile(markdown, reportMarkdown(content, basename(html)));
      // The plots' library is loaded only when there is something to plot.
      const { reportHtml } = await import("./report-html.ts");
      await writeFile(html, reportHtml(content, figures));
    },
  };
}

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
