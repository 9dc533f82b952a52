import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer, { type Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { reportContent } from "../../../cli/rollout/report-content.ts";
import { reportMarkdown } from "../../../cli/rollout/report-files.ts";
import { reportHtml } from "../../../cli/rollout/report-html.ts";
import type { RolloutFigures } from "../../../shared/operations/rollout/rollout-figures.ts";
import { rolloutVerdicts } from "../../../shared/operations/rollout/verdicts.ts";
import { sampleFigures } from "../../support/samples/rollout-samples.ts";
import { chromiumProgram } from "../../support/servers/chromium.ts";

const nasty = `https://example.com/<script>alert("1")</script>&'|*${"long".repeat(40)}/`;
const [first, ...others] = sampleFigures().compared.days;
if (first === undefined) throw new Error("no day");
const different = { ...first, concurrentRows: null, difference: `<b>lost</b> "all" | ${nasty}` };

/** Unequal, with names that are no markup. */
const worst = sampleFigures({
  siteUrl: nasty,
  compared: { days: [different, ...others], missingPages: 1, doubledPages: 0 },
  settled: [{ ...different, cause: "ours", thirdRows: 7 }],
});
const content = (figures: RolloutFigures) => reportContent(figures, rolloutVerdicts(figures));
const page = (figures: RolloutFigures) => reportHtml(content(figures), figures);

test("the page fetches nothing and holds no script", () => {
  for (const html of [page(sampleFigures()), page(worst)]) {
    expect(html).not.toMatch(/<script|<link(?! rel="icon" href="data:,")|<img|@import|url\((?!#)/i);
    expect(html).toContain("<h1>");
  }
});

test("the Markdown says the verdict first, and holds no markup of a name", () => {
  const text = reportMarkdown(content(worst), "r.html");
  expect(text.split("\n")[0]).toBe("# Do not roll out: the rows are not equal (1 days differ)");
  expect(text).not.toMatch(/[^\\]<(script|b)>/);
  const rows = text.split("\n").filter((line) => line.startsWith("|"));
  const cells = rows.map((row) => row.match(/(?<!\\)\|/g)?.length ?? 0);
  expect(cells.every((count) => count === 3 || count === 4 || count === 5)).toBe(true);
  expect(text).toContain("| speed-up over sequential | ≥ 4× (stretch 8×) | 10.00× | ok |");
});

const program = chromiumProgram();
const inspectPage = readFileSync(
  join(import.meta.dirname, "../../support/servers/inspect-page.mjs"),
  "utf8",
);
const LooksSchema = z.object({
  width: z.number(),
  overflowing: z.array(z.string()),
  figures: z.array(z.string()),
  emptyFigures: z.array(z.string()),
  pale: z.array(z.string()),
  smallest: z.number(),
  headlineBottom: z.number(),
});

describe.skipIf(program === undefined)("in a browser", () => {
  const files = { passed: "", unequal: "" };
  const folder = mkdtempSync(join(tmpdir(), "gsc-sync-report-"));
  let browser: Browser;

  beforeAll(async () => {
    for (const [name, figures] of [
      ["passed", sampleFigures()],
      ["unequal", worst],
    ] as const) {
      files[name] = join(folder, `${name}.html`);
      writeFileSync(files[name], page(figures));
    }
    browser = await puppeteer.launch({
      executablePath: program ?? "",
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
      timeout: 90_000,
    });
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    ["passed", "light", 1_280],
    ["passed", "dark", 375],
    ["unequal", "light", 375],
    ["unequal", "dark", 1_280],
  ] as const)(
    "%s, %s, %d pixels wide: all is there, legible, nothing overflows",
    async (...[name, scheme, width]) => {
      const view = await browser.newPage();
      const said: string[] = [];
      view.on("console", (message) => said.push(message.text()));
      view.on("pageerror", (error) => said.push(String(error)));
      view.on("request", (request) => {
        if (!/^(file|data):/.test(request.url())) said.push(`fetched ${request.url()}`);
      });
      await view.setViewport({ width, height: 900 });
      await view.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await view.goto(pathToFileURL(files[name]).href);
      const looks = LooksSchema.parse(await view.evaluate(inspectPage));
      await view.close();
      expect(said).toEqual([]);
      expect(looks.width).toBeLessThanOrEqual(width);
      expect(looks.overflowing).toEqual([]);
      expect(looks.figures).toEqual([
        "Queue depth",
        "In flight",
        "Requests a minute",
        "Batch durations",
        "Rows per day",
      ]);
      expect(looks.emptyFigures).toEqual([]);
      expect(looks.pale).toEqual([]);
      expect(looks.smallest).toBeGreaterThanOrEqual(9.5);
      expect(looks.headlineBottom).toBeLessThan(900);
    },
  );
});
