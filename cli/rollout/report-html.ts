import type { RolloutFigures } from "../../shared/operations/rollout/rollout-figures.ts";
import type { Figure } from "./draw-chart.ts";
import { reportFigures } from "./report-charts.ts";
import type { ReportContent, Table } from "./report-content.ts";
import { reportStyles } from "./report-styles.ts";

/** One file, nothing fetched: opened from a disk, a mail or a wiki it looks the same. */
export function reportHtml(content: ReportContent, figures: RolloutFigures): string {
  const { headline, about, success, notes, runs, differences, days, configuration } = content;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escaped(headline.text)}</title>
<style>${reportStyles}</style>
</head>
<body>
<header class="${headline.kind}">
<h1>${escaped(headline.text)}</h1>
<p>${escaped(about)}</p>
</header>
<main>
<section><h2>Success metrics</h2>${table(success, "verdicts")}
${notes.map((note) => `<p>${escaped(note)}</p>`).join("\n")}</section>
${differences === null ? "" : `<section><h2>Days that differ</h2>${table(differences)}</section>`}
<section><h2>Sequential against concurrent</h2>
<p class="key"><span class="swatch sequential"></span>sequential <span class="swatch concurrent"></span>concurrent</p>
<div class="figures">${reportFigures(figures).map(figureHtml).join("\n")}</div></section>
<section><h2>The two runs</h2>${table(runs, "pair")}</section>
<section><h2>Configuration</h2>${table(configuration)}</section>
<section><details><summary>Rows per day, as a table (${days.rows.length} days)</summary>${table(days)}</details></section>
<section><h2>Where the figures come from</h2><ul>${content.sources.map((source) => `<li>${escaped(source)}</li>`).join("")}</ul></section>
</main>
</body>
</html>
`;
}

/** Drawn for two widths, so that letters stay legible on a phone. */
function figureHtml({ title, caption, broad, draw }: Figure): string {
  const wide = draw({ width: broad ? 1_160 : 560, height: 260 });
  const narrow = draw({ width: 320, height: 230 });
  return `<figure${broad ? ' class="broad"' : ""} role="img" aria-label="${escaped(`${title}: ${caption}`)}">
<h3>${escaped(title)}</h3>
<div class="wide">${wide}</div><div class="narrow">${narrow}</div>
<figcaption>${escaped(caption)}</figcaption>
</figure>`;
}

function table({ columns, rows }: Table, kind = ""): string {
  const head = columns.map((column) => `<th scope="col">${escaped(column)}</th>`).join("");
  const body = rows.map((cells) => `<tr>${cells.map(cell).join("")}</tr>`).join("\n");
  return `<div class="scroll"><table class="${kind}"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function cell(text: string, index: number): string {
  if (index === 0) return `<th scope="row">${escaped(text)}</th>`;
  const mark = text === "ok" ? ' class="ok"' : text === "MISSED" ? ' class="missed"' : "";
  return `<td${mark}>${escaped(text)}</td>`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => entities[mark] ?? mark);
}
