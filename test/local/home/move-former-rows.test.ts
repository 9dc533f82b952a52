import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { homeLayout, openHome } from "../../../local/home/home.ts";
import { moveFormerRows } from "../../../local/home/move-former-rows.ts";
import { lakeLayout } from "../../../shared/rows/lake/lake-layout.ts";
import { openParquetRowStore } from "../../../shared/rows/lake/parquet-row-store.ts";
import { openUnitKeeper } from "../../../shared/rows/lake/parquet-unit-keeper.ts";
import type { UnitKeeper } from "../../../shared/rows/lake/unit-keeper.ts";
import type { VisibleRow } from "../../../shared/rows/row-store.ts";
import { makeHomeOf010 } from "../../support/homes/home-of-0.1.0.ts";
import { pacific } from "../../support/samples/pacific.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const all = {
  siteUrl: "sc-domain:example.com",
  from: pacific("2020-01-01"),
  to: pacific("2027-01-01"),
};

/** A keeper that dies after so many units. */
function dying(keeper: UnitKeeper, after: number): UnitKeeper {
  let placed = 0;
  return {
    ...keeper,
    async place(part) {
      placed += 1;
      if (placed > after) throw new Error("killed");
      return keeper.place(part);
    },
  };
}

test("the rows of a home of 0.1.0 are moved whole, also when the move dies half-way", async () => {
  const folder = temporaryFolder();
  await makeHomeOf010(folder);
  const home = await openHome(folder);
  const keeper = await openUnitKeeper(lakeLayout(home.folders.lake));
  const lake = openParquetRowStore(home.folders.lake, keeper);
  const said: string[] = [];
  for (const after of [0, 1, 1]) {
    await expect(moveFormerRows(home, dying(keeper, after), () => {})).rejects.toThrow("killed");
    expect(existsSync(home.formerPostgres)).toBe(true);
  }
  expect(await lake.readUnits(all)).toHaveLength(2);
  await moveFormerRows(home, keeper, (line) => said.push(line));

  const units = await lake.readUnits(all);
  expect(units.map(({ date, report, rows }) => [date, report, rows])).toEqual([
    ["2024-02-01", "page_query", 3],
    ["2026-03-01", "page_query", 12],
    ["2026-03-02", "page_query", 0],
    ["2026-03-03", "my_own", 2],
  ]);
  expect(units[1]).toEqual({
    siteUrl: "sc-domain:example.com",
    report: "page_query",
    date: "2026-03-01",
    generation: 7,
    runId: "run-of-0.1.0",
    shape: { searchType: "web", dimensions: ["page", "query"], dataState: "final" },
    rows: 12,
    fetchedRows: 12,
    pages: [{ startRow: 0, rows: 12 }],
    clicks: 36,
    impressions: 120,
    hash: "hash-2026-03-01",
    capped: false,
    aggregation: "byPage",
    firstIncompleteDate: null,
    fetchedAtMs: Date.parse("2026-03-20T10:00:00.123Z"),
  });
  const rows: VisibleRow[] = [];
  for await (const row of lake.streamRows(all)) rows.push(row);
  expect(rows).toHaveLength(17);
  const shown = Array.from({ length: 12 }, (_, index) => ({
    page: `https://example.com/ä?${index + 1}\u202E`,
    query: index < 2 ? "a\uFFFD" : `q'";${index + 1}`,
    position: 1 + (index + 1) / 3,
  }));
  expect(rows.filter(({ date }) => date === "2026-03-01")).toEqual(
    expect.arrayContaining(shown.map((row) => expect.objectContaining(row))),
  );
  expect(rows.filter(({ date }) => date === "2026-03-03")).toMatchObject([
    { country: expect.stringMatching(/^usa[12]$/), device: "MOBILE", page: null, clicks: 3 },
    { country: expect.stringMatching(/^usa[12]$/), device: "MOBILE", page: null, clicks: 3 },
  ]);
  expect(said.at(-1)).toContain("4 of 4 units");
  expect(readdirSync(folder)).toContain("postgres-moved-into-the-lake");
  expect(existsSync(join(homeLayout(folder).formerPostgres))).toBe(false);
});
