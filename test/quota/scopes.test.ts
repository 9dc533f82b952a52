import { describe, expect, test } from "vitest";
import { largestClaim, quotaScopes, scopeKey } from "../../shared/quota/scopes.ts";

const owners = { siteUrl: "sc-domain:example.com", accountId: "main", projectId: "p1" };

describe("the scopes of a property", () => {
  test("are the property, its account and the project, in the order of claiming", () => {
    expect(quotaScopes(owners)).toEqual([
      { kind: "property", id: "sc-domain:example.com", limit: 1_200, budget: 940, burst: 20 },
      { kind: "account", id: "main", limit: 1_200, budget: 940, burst: 20 },
      { kind: "project", id: "p1", limit: 40_000, budget: 31_333, burst: 1_000, lot: 16 },
    ]);
  });

  test.each([1, 60, 1_200])("are budgeted at exactly %d a minute when set so", (qpm) => {
    const budgets = quotaScopes({ ...owners, qpm }).map((scope) => scope.budget);
    expect(budgets).toEqual([qpm, qpm, 31_333]);
  });

  test("have budgets under the 80 % line of their limits unless set otherwise", () => {
    for (const scope of quotaScopes(owners)) {
      expect(scope.budget).toBeLessThan(0.8 * scope.limit);
    }
  });

  test("allow claims of at most the smallest budget and burst", () => {
    expect(largestClaim(quotaScopes(owners))).toBe(20);
    expect(largestClaim(quotaScopes({ ...owners, qpm: 3 }))).toBe(3);
  });

  test("have keys that tell kinds and ids apart", () => {
    const keys = quotaScopes({ siteUrl: "x", accountId: "x", projectId: "x" }).map(scopeKey);
    expect(new Set(keys).size).toBe(3);
  });
});
