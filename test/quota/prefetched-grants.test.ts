import { describe, expect, test } from "vitest";
import { prefetchedGrants } from "../../shared/quota/prefetched-grants.ts";
import { projectScope } from "../../shared/quota/scopes.ts";

const start = 1_763_700_000_000;
const project = projectScope("test");

describe("a worker's lots", () => {
  test("are as large as a quarter of what it wanted in the second before, 16 at most", () => {
    const sizeAfter = (wanted: number) => {
      const lots = prefetchedGrants();
      for (let nth = 0; nth < wanted; nth += 1) lots.draw(project, 1, start);
      return lots.sizeOf(project, 1, start + 1_000);
    };
    expect([0, 3, 8, 40, 500].map(sizeAfter)).toEqual([1, 1, 2, 10, 16]);
  });

  test("are of one request in scopes that are claimed exactly", () => {
    const { lot: _, ...exact } = project;
    const lots = prefetchedGrants();
    for (let nth = 0; nth < 100; nth += 1) lots.draw(exact, 1, start);
    expect(lots.sizeOf(exact, 1, start + 1_000)).toBe(1);
  });

  test("give what was kept until it is used up, lapses, or Google refuses", () => {
    const lots = prefetchedGrants();
    lots.keep(project, 2, start + 1_000);
    expect(lots.draw(project, 1, start)).toBe(start + 1_000);
    expect(lots.draw(project, 1, start + 850)).toBe(start + 1_000);
    expect(lots.draw(project, 1, start + 850)).toBeUndefined();
    lots.keep(project, 2, start + 1_000);
    expect(lots.draw(project, 1, start + 900)).toBeUndefined();
    lots.keep(project, 2, start + 3_000);
    lots.drop(project);
    expect(lots.draw(project, 1, start + 1_500)).toBeUndefined();
  });
});
