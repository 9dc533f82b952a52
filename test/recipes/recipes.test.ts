import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testedBlock } from "../support/documents/tested-block.ts";
import { aHome, type TestHome } from "../support/homes/cli.ts";
import { recentDays } from "../support/samples/recent-days.ts";
import { startTruthServer, type TruthServer } from "../support/servers/truth-server.ts";
import { recipeToolsMissing, runTool } from "./recipe-tools.ts";

const missing = recipeToolsMissing();
if (missing !== undefined) console.warn(`recipes skipped: ${missing}`);

const page = "docs/recipes.md";
const siteUrl = "sc-domain:example.com";
const dates = recentDays(8);
const [first = "", second = "", third = ""] = dates;
const range = ["--site-url", siteUrl, "--from", first, "--to", dates.at(-1) ?? ""];
/** The fourth day has no rows. */
const sizes = (more: number) =>
  Object.fromEntries(dates.map((date, day) => [date, day === 3 ? 0 : 300 + 10 * day + more]));

/** A report that counts the same clicks again. */
const again = { id: "again", searchType: "web", dimensions: ["page", "query"], dataState: "final" };

type Day = { readonly date: string; readonly clicks: number; readonly impressions: number };

let server: TruthServer;
let home: TestHome;
let folder: string;

test("in CI the tools of the recipes are there", () => {
  expect(process.env.CI === "true" ? missing : undefined).toBeUndefined();
});

describe.skipIf(missing !== undefined)("a reader of docs/recipes.md", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "gsc-sync-recipes-"));
    server = await startTruthServer({ days: sizes(0) });
    const config = join(folder, "gsc-sync.config.json");
    await writeFile(config, JSON.stringify({ reports: [again] }));
    const variables = { GSC_API_ROOT_URL: server.url, GSC_SYNC_CONFIG: config };
    home = await aHome(variables, join(folder, ".gsc-sync"));
    await backfill("--report", "page_query", "--report", again.id);
  });

  afterAll(async () => {
    await home?.remove();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test("who asks with DuckDB gets the clicks and impressions that rows prints", async () => {
    const query = JSON.stringify(testedBlock(page, "duckdb"));
    expect(await daysOfPython(`import duckdb\ndays = duckdb.sql(${query}).df()`)).toEqual(
      await printedDays(),
    );
  });

  test.for(["polars", "pandas", "pyarrow"])("who asks with %s does too", async (name) => {
    expect(await daysOfPython(testedBlock(page, name))).toEqual(await printedDays());
  });

  describe("with dbt", () => {
    beforeAll(async () => {
      const text = await readFile(new URL(`../../${page}`, import.meta.url), "utf8");
      const files = [...text.matchAll(/<!-- tested: (gsc\/\S+) -->/g)].map(([, file = ""]) => file);
      expect(files).toHaveLength(5);
      for (const file of files) {
        await mkdir(dirname(join(folder, file)), { recursive: true });
        await writeFile(join(folder, file), testedBlock(page, file));
      }
      await build();
    });

    test("has all of them after the first run", async () => {
      expect(await daysOfTable()).toEqual(await printedDays());
    });

    test("reads no day again that was stored an hour before the last, and those after it", async () => {
      await change(`UPDATE page_days SET clicks = clicks + 1000 WHERE date = '${first}'`);
      await change(
        `UPDATE page_days SET completed_at = completed_at + INTERVAL 2 HOUR WHERE date = '${second}'`,
      );
      await build();
      const [changed] = await daysOfTable();
      expect(changed).not.toEqual((await printedDays())[0]);

      await change(
        `UPDATE page_days SET completed_at = completed_at - INTERVAL 2 HOUR WHERE date = '${second}'`,
      );
      await build();
      expect(await daysOfTable()).toEqual(await printedDays());
    });

    test("has the new rows of days that were fetched again, and no row of one that is empty now", async () => {
      server.revise({ ...sizes(40), [third]: 0 });
      await backfill("--force");
      const printed = await printedDays();
      expect(printed.map(({ date }) => date)).not.toContain(third);
      await build();
      expect(await daysOfTable()).toEqual(printed);
    });
  });
});

async function backfill(...options: readonly string[]): Promise<void> {
  const { code, stdout } = await home.run("backfill", ...range, ...options);
  expect(`${code} ${code === 0 ? "" : stdout}`).toBe("0 ");
}

/** Sums of what `gsc-sync rows` prints; a day without rows is not among them. */
async function printedDays(): Promise<readonly Day[]> {
  const { stdout } = await home.run("rows", ...range, "--report", "page_query");
  const sums = new Map<string, Day>();
  for (const line of stdout.trim().split("\n")) {
    const { date, clicks, impressions } = JSON.parse(line) as Day;
    const so = sums.get(date) ?? { date, clicks: 0, impressions: 0 };
    sums.set(date, { date, clicks: so.clicks + clicks, impressions: so.impressions + impressions });
  }
  expect(sums.size).toBeGreaterThan(5);
  return [...sums.values()];
}

/** Runs a recipe, and reads its `days`: a frame, or a table, of whichever library it is. */
async function daysOfPython(recipe: string): Promise<readonly Day[]> {
  const tell = `
import json
frame = days.to_pandas() if hasattr(days, "to_pandas") else days
print(json.dumps([
    {"date": str(row.date)[:10], "clicks": int(row.clicks), "impressions": int(row.impressions)}
    for row in frame.itertuples()
]))`;
  const printed = await runTool("python", ["-c", `${recipe}\n${tell}`], folder);
  return JSON.parse(printed.trimEnd().split("\n").at(-1) ?? "");
}

async function build(): Promise<void> {
  await runTool("dbt", ["build", "--profiles-dir", "."], join(folder, "gsc"));
}

async function change(statement: string): Promise<void> {
  const program = `import duckdb\nduckdb.connect("gsc/gsc.duckdb").execute(${JSON.stringify(statement)})`;
  await runTool("python", ["-c", program], folder);
}

/** The sums of dbt's table, of one report; a day without rows has neither page nor clicks there. */
async function daysOfTable(): Promise<readonly Day[]> {
  const query = `SELECT date, sum(clicks) AS clicks, sum(impressions) AS impressions FROM page_days
    WHERE report = 'page_query' AND page IS NOT NULL GROUP BY date ORDER BY date`;
  return daysOfPython(
    `import duckdb\ndays = duckdb.connect("gsc/gsc.duckdb").sql(${JSON.stringify(query)}).df()`,
  );
}
