import { describe, expect, test } from "vitest";
import type { QuotaSettings } from "../../shared/quota/quota.ts";
import { accountScope, largestClaim, quotaScopes, scopeKey } from "../../shared/quota/scopes.ts";

const owners = { siteUrl: "sc-domain:example.com", accountId: "main", projectId: "p1" };

describe("the scopes of a property", () => {
  test("are the property, its account and the project, in the order of claiming", () => {
    expect(quotaScopes(owners)).toEqual([
      { kind: "property", id: "sc-domain:example.com", limit: 1_200, budget: 940, burst: 20 },
      { kind: "account", id: "main", limit: 1_200, budget: 940, burst: 20 },
      { kind: "project", id: "p1", limit: 40_000, budget: 31_333, burst: 1_000, lot: 16 },
    ]);
  });

  test.each([1, 60, 940])("are budgeted at exactly %d a minute for a run that asks so", (qpm) => {
    const budgets = quotaScopes({ ...owners, qpm }).map((scope) => scope.budget);
    expect(budgets).toEqual([qpm, 940, 31_333]);
  });

  test("give a run that asks for more than the default its account, too", () => {
    const budgets = quotaScopes({ ...owners, qpm: 1_200 }).map((scope) => scope.budget);
    expect(budgets).toEqual([1_200, 1_200, 31_333]);
  });

  test("follow what is set for all, for the property, for the account; a run may ask for less", () => {
    const budgets = (settings: QuotaSettings, qpm?: number) =>
      quotaScopes({ ...owners, qpm }, settings)
        .slice(0, 2)
        .map((scope) => scope.budget);
    expect(budgets({ qpm: 100 })).toEqual([100, 100]);
    expect(budgets({ qpm: 100 }, 300)).toEqual([100, 100]);
    expect(budgets({ qpm: 100 }, 30)).toEqual([30, 100]);
    const properties = { [owners.siteUrl]: { qpm: 50 } };
    expect(budgets({ qpm: 100, properties })).toEqual([50, 100]);
    expect(budgets({ accounts: { main: { qpm: 200 } } })).toEqual([940, 200]);
  });

  test("keep to a lower limit of Google's, with the default's share of it", () => {
    const settings = { properties: { [owners.siteUrl]: { limit: 60 } } };
    expect(quotaScopes(owners, settings)[0]).toMatchObject({ limit: 60, budget: 47 });
    expect(quotaScopes({ ...owners, qpm: 90 }, settings)[0]).toMatchObject({ budget: 60 });
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

describe("accounts that have one signer", () => {
  const signers = [
    { accountId: "seo", signer: "robot@sample.iam.gserviceaccount.com" },
    { accountId: "blog", signer: "robot@sample.iam.gserviceaccount.com" },
    { accountId: "shop", signer: "other@sample.iam.gserviceaccount.com" },
  ];

  test("are counted in one window, and keep their ids", () => {
    const keyOf = (id: string) => scopeKey(accountScope(id, {}, 0, signers));
    expect(accountScope("seo", {}, 0, signers)).toMatchObject({
      id: "seo",
      signer: "robot@sample.iam.gserviceaccount.com",
    });
    expect(keyOf("seo")).toBe(keyOf("blog"));
    expect(keyOf("shop")).not.toBe(keyOf("seo"));
    expect(keyOf("unknown")).toBe("account#unknown");
  });

  test("are granted the lowest of what is set for them", () => {
    const accounts = { seo: { qpm: 300 }, blog: { limit: 200 }, shop: { qpm: 50 } };
    for (const id of ["seo", "blog"]) {
      expect(accountScope(id, { accounts }, 0, signers)).toMatchObject({ limit: 200, budget: 200 });
    }
    expect(accountScope("shop", { accounts }, 0, signers)).toMatchObject({ budget: 50 });
  });
});
