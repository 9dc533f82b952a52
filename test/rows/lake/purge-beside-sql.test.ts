import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keyedRows } from "../../../shared/rows/keyed-rows.ts";
import { duckdbSqlStore } from "../../../shared/rows/lake/duckdb-sql-store.ts";
import { lakeLayout, unitFolderOf } from "../../../shared/rows/lake/lake-layout.ts";
import { openParquetRowStore } from "../../../shared/rows/lake/parquet-row-store.ts";
import { openUnitKeeper } from "../../../shared/rows/lake/parquet-unit-keeper.ts";
import {
  pageQuery,
  sampleRecord,
  sampleRows,
  sampleSite,
  sampleUnit,
} from "../../support/samples/row-samples.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

test("SQL of days that a killed purge left without their files has no rows of them", async () => {
  const folder = join(temporaryFolder(), "lake");
  await openUnitKeeper(lakeLayout(folder));
  const query = "select count(*) from search_rows";
  const day = join(lakeLayout(folder).rows, unitFolderOf(sampleUnit()));
  await mkdir(day, { recursive: true });
  const answers = [];
  for (const site of [undefined, sampleSite]) {
    for await (const row of (await duckdbSqlStore(folder, site).ask(query)).rows) answers.push(row);
  }
  expect(answers).toEqual([[0], [0]]);
});

test("SQL beside a purge counts each unit whole or not at all, or says to ask again", async () => {
  const folder = join(temporaryFolder(), "lake");
  const lake = openParquetRowStore(folder, await openUnitKeeper(lakeLayout(folder)));
  const rows = keyedRows(sampleRows(40));
  let purging = true;
  /** What it said instead of an answer, a wrong one's assertion among it. */
  const said = new Set<string>();
  let answers = 0;

  async function purger(): Promise<void> {
    for (let round = 1; round <= 3; round += 1) {
      for (let day = 0; day < 60; day += 1) {
        const unit = sampleUnit(day);
        await lake.beginGeneration(unit, 10 * round, 0);
        await lake.writeRows(unit, 10 * round, pageQuery, rows);
        await lake.completeUnit(sampleRecord(unit, 10 * round, [rows.rows]), 0);
      }
      for (let day = 1; day <= 60; day += 1) {
        const purge = { siteUrl: sampleSite, before: sampleUnit(day).date, reports: null };
        for await (const _ of lake.purgeUnits({ ...purge, token: 10 * round + 1 }, 0));
      }
    }
    purging = false;
  }

  async function reader(): Promise<void> {
    const query = "select date, count(*) from search_rows group by date";
    while (purging) {
      try {
        const answer = await duckdbSqlStore(folder).ask(query);
        for await (const [date, count] of answer.rows) expect([date, count]).toEqual([date, 40]);
        answers += 1;
      } catch (error) {
        said.add(String(error));
      }
    }
  }
  await Promise.all([purger(), reader()]);
  expect(answers).toBeGreaterThan(0);
  said.delete("SqlError: a purge deleted units while they were read: ask again");
  expect([...said]).toEqual([]);
});
