import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aHome, type Finished, type TestHome } from "../support/homes/cli.ts";
import { keepServers } from "../support/homes/kept-home.ts";

const page = readFileSync(new URL("../../docs/sql.md", import.meta.url), "utf8");
const queries = [...page.matchAll(/<!-- tested: ([\w-]+) -->\n```sql\n([\s\S]*?)```/g)].map(
  ([, name = "", query = ""]) => ({ name, query }),
);

describe("npm start", () => {
  let home: TestHome;
  let first: Finished;

  beforeAll(async () => {
    home = await aHome();
    first = await home.run("demo", "--json");
  });

  afterAll(async () => {
    await home.remove();
  });

  test("backfills 150 days of the sample property, and says what to try next", () => {
    expect(first.code).toBe(0);
    expect(first.json).toMatchObject({
      status: "complete",
      siteUrl: "sc-domain:sample.example",
      units: { planned: 150, complete: 150, failed: 0, skipped: 0 },
      quota: { exceeded: 0 },
    });
    expect(first.json.rows).toBeGreaterThan(50_000);
    expect(first.json.rows / 150).toBeLessThanOrEqual(2_000);
    expect(first.stderr.match(/^ {2}(GSC_SYNC_HOME=\S+ npx gsc-sync |npm start)/gm)).toHaveLength(
      3,
    );
    expect(first.stderr).toMatch(/npx gsc-sync sql "/);
  });

  test("again, skips every unit", async () => {
    const again = await home.run("demo", "--json");
    expect(again.code).toBe(0);
    expect(again.json).toMatchObject({
      status: "complete",
      requests: 0,
      units: { planned: 0, skipped: 150 },
    });
  });

  test("docs/sql.md has three queries to try", async () => {
    expect(queries).toHaveLength(3);
    await keepServers(home);
  });

  test.each(queries)("the documented query $name finds rows", async ({ query }) => {
    const { code, json, stderr } = await home.run("sql", query, "--json");
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(json.rows.length).toBeGreaterThan(0);
    expect(Object.keys(json.rows[0])).toEqual(json.columns);
  });

  test("sql reads and never writes", async () => {
    for (const query of [
      "delete from search_rows",
      "select 1; delete from search_rows",
      "create table x (y integer)",
      "select nothing from nowhere",
    ]) {
      const { code, stderr } = await home.run("sql", query);
      expect({ query, code }).toEqual({ query, code: 2 });
      expect(stderr).toMatch(/^gsc-sync: /);
    }
    const { json } = await home.run("sql", "select count(*) as n from search_rows", "--json");
    expect(json.rows[0].n).toBe(first.json.rows);
  });
});
