import type { RolloutFigures } from "../../shared/operations/rollout/rollout-figures.ts";
import type { Figure } from "./draw-chart.ts";
import { reportFigures } from "./report-charts.ts";
import type { ReportContent, Table } from "./report-content.ts";

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

/** Light and dark as the reader's system says; one column where there is no room for two. */
const reportStyles = `
:root {
  --back: #ffffff; --card: #f6f7f9; --text: #16202b; --quiet: #4c5866; --grid: #d3d9e0;
  --sequential: #76808d; --concurrent: #0b62c4; --warn: #8a5a00; --page-line: #b3261e;
  --ok: #0f6a34; --missed: #b3261e;
  --passed-back: #dff3e4; --missed-back: #fdeecb; --unequal-back: #fbdcd9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #12161b; --card: #1b2129; --text: #e8edf2; --quiet: #a9b4c0; --grid: #38424d;
    --sequential: #8f9aa7; --concurrent: #6cb0ff; --warn: #e5b454; --page-line: #ff8a80;
    --ok: #7ddb9b; --missed: #ff8a80;
    --passed-back: #163a24; --missed-back: #43330d; --unequal-back: #4d1d1a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; overflow-wrap: anywhere; }
header, main { max-width: 1240px; margin: 0 auto; padding: 1rem 1.25rem; }
header { margin-top: 1.25rem; border-radius: 10px; }
header.passed { background: var(--passed-back); }
header.missed { background: var(--missed-back); }
header.unequal { background: var(--unequal-back); }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .35rem; }
h2 { font-size: 1.2rem; margin: 1.75rem 0 .6rem; }
h3 { font-size: 1rem; margin: 0 0 .4rem; }
header p { margin: 0; }
.scroll { overflow-x: auto; }
table { overflow-wrap: break-word; border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--grid); }
th[scope=row] { font-weight: 500; }
thead th { color: var(--quiet); font-weight: 600; }
details { margin-top: 1.5rem; }
.ok { color: var(--ok); font-weight: 700; }
.missed { color: var(--missed); font-weight: 700; }
header.missed { color: inherit; font-weight: inherit; }
.key { color: var(--quiet); margin: 0 0 .6rem; }
.swatch { display: inline-block; width: 1.1em; height: .7em; border-radius: 2px; margin: 0 .35em 0 .6em; }
.swatch.sequential { background: var(--sequential); margin-left: 0; }
.swatch.concurrent { background: var(--concurrent); }
.figures { display: grid; gap: 1rem; grid-template-columns: repeat(2, minmax(0, 1fr)); }
figure { margin: 0; padding: .9rem; background: var(--card); border-radius: 10px; min-width: 0; }
.broad { grid-column: 1 / -1; }
figcaption { color: var(--quiet); font-size: .875rem; margin-top: .35rem; }
.narrow { display: none; }
summary { cursor: pointer; font-weight: 600; }
@media (max-width: 820px) {
  .figures { grid-template-columns: minmax(0, 1fr); }
}
@media (max-width: 480px) {
  header, main { padding: .9rem .8rem; }
  header { margin-top: 0; border-radius: 0; }
  h1 { font-size: 1.3rem; }
  .wide { display: none; }
  .narrow { display: block; }
  th, td { padding: .3rem .35rem; font-size: .875rem; }
}
`;
