import { describe, expect, test } from "vitest";
import { createPrefetchedGrants } from "../../shared/quota/prefetched-grants.ts";
import { projectScope } from "../../shared/quota/scopes.ts";

const start = 1_763_700_000_000;
const project = projectScope("test");

describe("grants that a worker prefetches", () => {
  test("are as large as a quarter of what it wanted in the second before, 16 at most", () => {
    const sizeAfter = (wanted: number) => {
      const grants = createPrefetchedGrants();
      for (let nth = 0; nth < wanted; nth += 1) grants.draw(project, 1, start);
      return grants.sizeOf(project, 1, start + 1_000);
    };
    expect([0, 3, 8, 40, 500].map(sizeAfter)).toEqual([1, 1, 2, 10, 16]);
  });

  test("are of one request in scopes that are claimed exactly", () => {
    const { lot: _, ...exact } = project;
    const grants = createPrefetchedGrants();
    for (let nth = 0; nth < 100; nth += 1) grants.draw(exact, 1, start);
    expect(grants.sizeOf(exact, 1, start + 1_000)).toBe(1);
  });

  test("give what was kept until it is used up, lapses, or Google refuses", () => {
    const grants = createPrefetchedGrants();
    grants.keep(project, 2, start + 1_000);
    expect(grants.draw(project, 1, start)).toBe(start + 1_000);
    expect(grants.draw(project, 1, start + 850)).toBe(start + 1_000);
    expect(grants.draw(project, 1, start + 850)).toBeUndefined();
    grants.keep(project, 2, start + 1_000);
    expect(grants.draw(project, 1, start + 900)).toBeUndefined();
    grants.keep(project, 2, start + 3_000);
    grants.drop(project);
    expect(grants.draw(project, 1, start + 1_500)).toBeUndefined();
  });
});
