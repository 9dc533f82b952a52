import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { floors, roomOf } from "./floors.ts";
import { circles, edgesBy, forbiddenImports, readImports } from "./import-graph.ts";

const imports = await readImports(join(import.meta.dirname, "../.."));

test("the source's imports are all seen, type imports and dynamic ones included", () => {
  expect(imports.length).toBeGreaterThan(1_500);
  expect(imports).toContainEqual({
    from: "cli/stage/open-stage.ts",
    to: "cli/stage/open-local-stage.ts",
  });
  expect(imports).toContainEqual({
    from: "shared/sync/end/resume-run.ts",
    to: "shared/ledger/run.ts",
  });
});

test("each room of the order has files", () => {
  const files = imports.flatMap(({ from, to }) => [from, to]);
  const empty = floors.flat().filter((room) => !files.some((file) => roomOf(file) === room));
  expect(empty).toEqual(["bench", "test", "."]);
});

test("each folder imports from lower floors only", () => {
  expect(forbiddenImports(imports)).toEqual([]);
});

test("neither files nor rooms import each other in a circle", () => {
  expect(circles(edgesBy(imports, (file) => file))).toEqual([]);
  expect(circles(edgesBy(imports, roomOf))).toEqual([]);
});

describe("a planted import is found", () => {
  const planted: readonly (readonly [from: string, to: string])[] = [
    ["shared/lib/clock.ts", "shared/request/unit.ts"],
    ["shared/request/row.ts", "shared/rows/row-store.ts"],
    ["shared/rows/row-store.ts", "shared/quota/quota.ts"],
    ["shared/ledger/run.ts", "shared/sync/end/halt-run.ts"],
    ["shared/sync/fetch/take.ts", "shared/operations/gate/phase.ts"],
    ["shared/sync/end/resume-run.ts", "cli/output/errors.ts"],
    ["lambdas/container.ts", "lambdas/handlers/plan-run.ts"],
    ["lambdas/handlers/plan-run.ts", "local/home/home.ts"],
    ["local/processes/process-lock.ts", "local/home/home.ts"],
    ["sample-search-console/query.ts", "shared/search-console/search-console.ts"],
    ["dashboards/base/sources.ts", "shared/ledger/run.ts"],
    ["cli/output/terminal.ts", "cli/stage/stage.ts"],
    ["cli/run/follow-run.ts", "lambdas/container.ts"],
  ];

  test.each(planted)("%s -> %s", (from, to) => {
    expect(forbiddenImports([{ from, to }])).toEqual([`${from} -> ${to}`]);
  });

  test("a circle of two files, and one of three rooms", () => {
    const files = [
      { from: "shared/lib/a.ts", to: "shared/lib/b.ts" },
      { from: "shared/lib/b.ts", to: "shared/lib/a.ts" },
    ];
    expect(circles(edgesBy(files, (file) => file))).toEqual([
      ["shared/lib/a.ts", "shared/lib/b.ts"],
    ]);
    const rooms = [
      { from: "cli/run/a.ts", to: "cli/stage/a.ts" },
      { from: "cli/stage/b.ts", to: "cli/output/a.ts" },
      { from: "cli/output/b.ts", to: "cli/run/b.ts" },
    ];
    expect(circles(edgesBy(rooms, roomOf))).toEqual([["cli/output", "cli/run", "cli/stage"]]);
  });
});
