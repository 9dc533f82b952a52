import { describe, expect, test } from "vitest";
import { dateAt, syncWorld } from "../../support/homes/sync-world.ts";
import { sampleRow, sampleRows } from "../../support/samples/row-samples.ts";

const big = sampleRows(50_000);

function worldOf(count: number) {
  return syncWorld({ rowsOf: () => big.slice(0, count) });
}

describe("the pages of a unit", () => {
  test.each([
    [0, [0], false],
    [1, [0], false],
    [24_999, [0], false],
    [25_000, [0, 25_000], false],
    [25_001, [0, 25_000], false],
    [50_000, [0, 25_000], true],
  ])("%i rows: requests at %j, capped %s", async (count, startRows, capped) => {
    const world = worldOf(count);
    await world.start([1]);
    await world.send();
    const { kind } = await world.work(0);
    expect(kind).toBe("settled");
    expect(world.searchConsole.sent.map(({ startRow }) => startRow)).toEqual(startRows);
    const [record] = await world.rows.readUnits({
      ...(await world.run()),
      reports: ["page_query"],
    });
    expect(record).toMatchObject({ rows: count, fetchedRows: count, capped, runId: "run-1" });
    expect(record?.pages).toEqual(
      startRows.map((startRow) => ({ startRow, rows: Math.min(count - startRow, 25_000) })),
    );
    expect(await world.visible()).toHaveLength(count);
    expect((await world.batch(0)).units[0]).toMatchObject({
      status: "done",
      attempts: 0,
      figures: { rows: count, pages: startRows.length, duplicates: 0 },
    });
  });
});

describe("a row that Google's pages repeat", () => {
  const [a, b, c, d] = ["a", "b", "c", "d"].map((page) => sampleRow([page, "q"]));
  const rowsOf = (...rows: (typeof a)[]) => rows.filter((row) => row !== undefined);

  test("has the unit fetched once more, and only the second fetch is stored", async () => {
    const world = syncWorld({
      page: (_request, nth) => (nth === 1 ? rowsOf(a, a, b) : rowsOf(a, c, d)),
    });
    await world.start([1]);
    await world.send();
    expect((await world.work(0)).kind).toBe("settled");
    expect(world.searchConsole.sent).toHaveLength(2);
    expect(await world.visible()).toEqual(["a", "c", "d"].map((page) => `${dateAt(0)} ${page}`));
    expect((await world.batch(0)).units[0]?.figures).toEqual({ rows: 3, pages: 1, duplicates: 0 });
  });

  test("again in the second fetch is recorded as it is, and not fetched a third time", async () => {
    const world = syncWorld({ page: () => rowsOf(a, a, b) });
    await world.start([1]);
    await world.send();
    expect((await world.work(0)).kind).toBe("settled");
    expect(world.searchConsole.sent).toHaveLength(2);
    expect(await world.visible()).toHaveLength(2);
    expect((await world.batch(0)).units[0]?.figures).toEqual({ rows: 2, pages: 1, duplicates: 1 });
    expect(await world.summary()).toMatchObject({ requests: 2, pages: 1, rows: 2, duplicates: 1 });
  });
});

test("a unit's generation is begun before its rows, and flipped after the last of them", async () => {
  const world = worldOf(25_001);
  await world.start([1]);
  await world.send();
  await world.work(0);
  const steps = world.calls
    .filter(({ port }) => port === "rows" || port === "searchConsole")
    .map(({ method }) => method);
  expect(steps).toEqual([
    "readUnits",
    "beginGeneration",
    "fetchPage",
    "writeRows",
    "fetchPage",
    "writeRows",
    "completeUnit",
  ]);
});
