import { expect, test } from "vitest";
import { handlerBundles } from "./handler-bundles.ts";

const bundles = await handlerBundles();

test.each(bundles)("the bundle of $name is below 1.1 MB", ({ bytes }) => {
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(1.1 * 1_024 * 1_024);
});

test("only what reads or writes rows carries a row store", () => {
  const withRows = bundles
    .filter(({ sources }) => sources.some((source) => source.startsWith("shared/rows/postgres-")))
    .map(({ name }) => name);
  expect(withRows.sort()).toEqual([
    "fetch-batch",
    "finish-run",
    "list-properties",
    "measure-freshness",
    "migrate-schema",
    "plan-run",
  ]);
});
