import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type {
  Quota,
  QuotaDenial,
  QuotaGrant,
  QuotaRefusal,
  QuotaScope,
} from "../../shared/quota/quota.ts";
import type { QuotaPeriod } from "../../shared/search-console/search-console-error.ts";

/** A store that claimers share; each claimer is a limiter of its own, as each worker has one. */
export type QuotaStore = {
  claimer(nowMs: () => number): Quota;
  close(): Promise<void>;
};

const start = 1_763_700_000_000;

/** What every implementation of {@link Quota} holds to. Stores are opened empty. */
export function quotaContract(name: string, openStore: () => Promise<QuotaStore>): void {
  describe(`${name}: the quota contract`, () => {
    let store: QuotaStore;
    let nowMs: number;
    const claimer = (offsetMs = 0) => store.claimer(() => nowMs + offsetMs);

    beforeEach(async () => {
      nowMs = start;
      store = await openStore();
    });
    afterEach(() => store.close());

    test("a claim in three scopes is granted for a second and counted in each", async () => {
      const quota = claimer();
      expect(await quota.claim([property, account, project], 3)).toEqual({
        kind: "granted",
        validUntilMs: start + 1_000,
      });
      expect(await quota.usage([property, account, project])).toEqual([
        used(property, 3),
        used(account, 3),
        used(project, 3),
      ]);
    });

    test("a scope that nobody has claimed in is open and unused", async () => {
      expect(await claimer().usage([property])).toEqual([used(property, 0)]);
    });

    test("50 parallel claimers of two workers never pass the burst", async () => {
      const scope = { ...property, budget: 100, burst: 20 };
      const answers = await claimInParallel([claimer(), claimer()], scope, 50);
      expect(requestsGranted(answers)).toBe(20);
      expect(denials(answers)).toHaveLength(30);
      for (const denial of denials(answers)) {
        expect(denial).toMatchObject({ cause: "burst", retryAtMs: start + 1_000 });
      }
      expect(await claimer().usage([scope])).toMatchObject([{ used: 20 }]);
    });

    test.each([
      ["10 minutes", 600_000],
      ["an hour", 3_600_000],
      ["a month", 30 * 86_400_000],
    ])(
      "a clock that steps back by %s stalls for seconds, and grants no more a minute",
      async (_, byMs) => {
        const worker = claimer();
        const scope = { ...property, budget: 60 };
        /** Real time passes; grants of a real second. */
        const grants: number[] = [];
        const second = async () => {
          let count = 0;
          for (let nth = 0; nth < 4; nth += 1) {
            const answer = await worker.claim([scope], 3);
            if (answer.kind === "granted") count += 3;
            nowMs += 250;
          }
          grants.push(count);
        };
        for (let passed = 0; passed < 8; passed += 1) await second();
        nowMs -= byMs;
        for (let passed = 0; passed < 140; passed += 1) await second();
        const minutes = grants.map((_count, at) =>
          grants.slice(Math.max(at - 59, 0), at + 1).reduce((sum, count) => sum + count, 0),
        );
        expect(Math.max(...minutes)).toBe(60);
        const after = grants.slice(8);
        expect(after.slice(0, 80).some((count) => count > 0)).toBe(true);
        expect(after.slice(80).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(48);
      },
    );

    test("a window that is far from full is claimed in again 4 s after the clock stepped back", async () => {
      const worker = claimer();
      await worker.claim([property], 1);
      nowMs -= 600_000;
      let waitedMs = 0;
      while ((await worker.claim([property], 20)).kind === "denied" && waitedMs < 10_000) {
        waitedMs += 250;
        nowMs += 250;
      }
      expect(waitedMs).toBeLessThanOrEqual(4_000);
      expect(await worker.usage([property])).toMatchObject([{ used: 21 }]);
    });

    test("a closure of the clock before it stepped back ends as much earlier", async () => {
      const worker = claimer();
      await worker.claim([property], 1);
      await refuseUntilBelieved(worker, [property, account]);
      nowMs -= 600_000;
      let waitedMs = 0;
      for (; waitedMs < 120_000; waitedMs += 500, nowMs += 500) {
        const answer = await worker.claim([property], 1);
        if (answer.kind === "granted") break;
        expect(answer.retryAtMs).toBeLessThanOrEqual(nowMs + 61_000);
      }
      expect(waitedMs).toBeGreaterThan(50_000);
      expect(waitedMs).toBeLessThan(70_000);
    });

    test("50 parallel claimers never pass the budget, over seconds and clocks", async () => {
      const scope = { ...property, budget: 70, burst: 25 };
      const workers = [claimer(), claimer(1_000), claimer(400), claimer(999), claimer(1)];
      let granted = 0;
      for (let second = 0; second < 6; second += 1) {
        granted += requestsGranted(await claimInParallel(workers, scope, 50));
        nowMs += 700;
      }
      expect(granted).toBe(70);
      expect(await claimer().usage([scope])).toMatchObject([{ used: 70 }]);
    });

    test("a denied claim counts nothing and names the instant of its grant", async () => {
      const quota = claimer();
      const scope = { ...property, budget: 5, burst: 5 };
      await quota.claim([scope], 3);
      nowMs += 2_000;
      await quota.claim([scope], 2);
      const denial = await quota.claim([scope], 3);
      expect(denial).toEqual({
        kind: "denied",
        scope: "property",
        cause: "budget",
        retryAtMs: start + 63_000,
        reason: null,
      });
      expect(await quota.usage([scope])).toMatchObject([{ used: 5 }]);
      nowMs = start + 62_999;
      expect((await quota.claim([scope], 3)).kind).toBe("denied");
      nowMs = start + 63_000;
      expect((await quota.claim([scope], 3)).kind).toBe("granted");
      expect(await quota.usage([scope])).toMatchObject([{ used: 5 }]);
    });

    test("the denial of one scope is told by its name, and counts in none of the others", async () => {
      const full = { ...account, budget: 4 };
      await claimer().claim([full], 4);
      for (const quota of [claimer(), claimer()]) {
        expect(await quota.claim([property, full, project], 2)).toMatchObject({
          kind: "denied",
          scope: "account",
          cause: "budget",
        });
      }
      const granted = [{ used: 0 }, { used: 4 }, { used: 0 }];
      expect(await claimer().usage([property, full, project])).toMatchObject(granted);
    });

    test("of several denials the one is told that ends last", async () => {
      const quota = claimer();
      await quota.close(property, start + 5_000, "a while");
      await quota.close(account, start + 60_000, "longer");
      expect(await quota.claim([property, account, project], 1)).toMatchObject({
        scope: "account",
        retryAtMs: start + 60_000,
        reason: "longer",
      });
    });

    test("scopes of one id but another kind, and of another id, are counted apart", async () => {
      const quota = claimer();
      const namesake = { ...account, id: property.id };
      const neighbour = { ...property, id: "sc-domain:other.example" };
      await quota.claim([property], 7);
      expect(await quota.usage([namesake, neighbour])).toMatchObject([{ used: 0 }, { used: 0 }]);
    });

    test("closing denies every claimer at once, with the time and the reason", async () => {
      await claimer().claim([property], 1);
      const other = claimer();
      await other.claim([property], 1);
      await claimer().close(property, start + 60_000, "Google refused");
      const denial = {
        kind: "denied",
        scope: "property",
        cause: "closed",
        retryAtMs: start + 60_000,
        reason: "Google refused",
      };
      expect(await other.claim([property], 1)).toEqual(denial);
      nowMs = start + 59_999;
      expect(await other.claim([property], 1)).toEqual(denial);
      expect(await other.usage([property])).toEqual([
        { ...used(property, 2), closedUntilMs: start + 60_000, reason: "Google refused" },
      ]);
      nowMs = start + 60_000;
      expect((await other.claim([property], 1)).kind).toBe("granted");
      expect(await other.usage([property])).toMatchObject([{ closedUntilMs: null, reason: null }]);
    });

    test("a claimer that knows how a scope stood before counts nothing by that", async () => {
      const quota = claimer();
      await quota.close(property, start + 1_000, "first");
      nowMs = start + 1_000;
      expect((await quota.claim([property], 1)).kind).toBe("granted");
      await claimer().close(property, start + 60_000, "again");
      expect(await quota.claim([property], 1)).toMatchObject({ kind: "denied", reason: "again" });
      expect(await quota.usage([property])).toMatchObject([{ used: 1 }]);
    });

    test("a scope can be closed before its first claim", async () => {
      const quota = claimer();
      await quota.close(project, start + 5_000, "day");
      expect(await quota.claim([property, project], 1)).toMatchObject({
        scope: "project",
        cause: "closed",
        retryAtMs: start + 5_000,
      });
      nowMs = start + 5_000;
      expect((await quota.claim([property, project], 1)).kind).toBe("granted");
    });

    test("closing never shortens, and lengthens with the new reason", async () => {
      const quota = claimer();
      await quota.close(property, start + 60_000, "minute");
      await quota.close(property, start + 2_000, "second");
      await quota.close(property, start + 60_000, "as long");
      expect(await quota.usage([property])).toMatchObject([
        { closedUntilMs: start + 60_000, reason: "minute" },
      ]);
      await quota.close(property, start + 900_000, "load");
      expect(await quota.usage([property])).toMatchObject([
        { closedUntilMs: start + 900_000, reason: "load" },
      ]);
    });

    test("a per-minute refusal closes for a minute and lowers the budget for every claimer", async () => {
      const quota = claimer();
      for (let second = 0; second < 4; second += 1) {
        await quota.claim(scopes, 20);
        nowMs += 1_000;
      }
      expect(await refuseUntilBelieved(quota, scopes)).toEqual([
        {
          scope: "property",
          id: property.id,
          untilMs: nowMs + 60_000,
          reason: "Google refused: too many requests a minute",
        },
      ]);
      const other = claimer();
      expect(await other.claim(scopes, 1)).toMatchObject({ scope: "property", cause: "closed" });
      expect(await other.usage([property, account])).toMatchObject([
        { budget: 68, closedUntilMs: nowMs + 60_000 },
        { budget: 940, closedUntilMs: null },
      ]);
      nowMs += 70_000;
      let granted = 0;
      for (let second = 0; second < 10; second += 1) {
        while ((await other.claim([property], 4)).kind === "granted") granted += 4;
        nowMs += 1_000;
      }
      expect(granted).toBe(68);
    });

    test("a per-minute refusal far below the budget closes and lowers nothing", async () => {
      const quota = claimer();
      await quota.claim(scopes, 1);
      expect(await quota.refuse(scopes, refusal("minute"))).toMatchObject([
        { scope: "property", id: property.id, untilMs: nowMs },
      ]);
      expect((await claimer().claim(scopes, 1)).kind).toBe("granted");
      expect(await quota.usage([property])).toMatchObject([{ budget: 940, closedUntilMs: null }]);
    });

    test("a per-minute refusal that asks to wait closes for as long, and lowers nothing", async () => {
      const quota = claimer();
      await quota.claim(scopes, 1);
      await quota.refuse(scopes, { ...refusal("minute"), retryAfterMs: 20_000 });
      expect(await claimer().claim(scopes, 1)).toMatchObject({ retryAtMs: nowMs + 20_000 });
      expect(await quota.usage([property])).toMatchObject([{ budget: 940 }]);
    });

    test("refusals of requests that were under way when it closed close no longer", async () => {
      const quota = claimer();
      for (let second = 0; second < 4; second += 1) {
        await quota.claim(scopes, 20);
        nowMs += 1_000;
      }
      const [first] = await refuseUntilBelieved(quota, scopes);
      nowMs += 500;
      for (let nth = 0; nth < 5; nth += 1) {
        expect((await claimer().refuse(scopes, refusal("minute")))[0]).toEqual(first);
      }
      expect(await quota.usage([property])).toMatchObject([{ budget: 63 }]);
    });

    test("a per-second refusal closes for two seconds and halves the burst", async () => {
      const quota = claimer();
      await quota.claim(scopes, 1);
      await quota.refuse(scopes, refusal("second"));
      await quota.refuse(scopes, refusal("second"));
      expect(await claimer().claim(scopes, 1)).toMatchObject({ retryAtMs: start + 2_000 });
      nowMs += 2_000;
      expect(requestsGranted(await claimInParallel([claimer()], property, 30))).toBe(10);
    });

    test("a second load refusal in a row closes until Pacific midnight", async () => {
      await claimer().refuse(scopes, refusal("load"));
      expect(await claimer().claim(scopes, 1)).toMatchObject({ retryAtMs: start + 900_000 });
      nowMs += 900_100;
      await claimer().claim(scopes, 1);
      const [closure] = await claimer().refuse(scopes, refusal("load"));
      expect(closure).toMatchObject({ untilMs: Date.parse("2025-11-21T08:00:00Z") });
      expect(closure?.reason).toMatch(/long-term/);
    });

    test("a daily refusal closes the project until Pacific midnight", async () => {
      await claimer().refuse(scopes, { ...refusal("day"), scope: "project" });
      const neighbour = { ...property, id: "sc-domain:other.example" };
      const denial = await claimer().claim([neighbour, account, project], 1);
      expect(denial).toMatchObject({
        scope: "project",
        cause: "closed",
        retryAtMs: Date.parse("2025-11-21T08:00:00Z"),
      });
    });

    test("a second property's refusal closes the account, the same property's does not", async () => {
      const neighbour = { ...property, id: "sc-domain:other.example" };
      const third = { ...property, id: "sc-domain:third.example" };
      expect(await refuseUntilBelieved(claimer(), scopes)).toHaveLength(1);
      expect(await claimer().refuse(scopes, refusal("minute"))).toHaveLength(1);
      expect((await claimer().claim([third, account, project], 1)).kind).toBe("granted");
      const closures = await refuseUntilBelieved(claimer(), [neighbour, account, project]);
      expect(closures.map(({ scope, id }) => `${scope} ${id}`)).toEqual([
        `property ${neighbour.id}`,
        `account ${account.id}`,
      ]);
      expect(await claimer().claim([third, account, project], 1)).toMatchObject({
        scope: "account",
        cause: "closed",
        retryAtMs: start + 60_000,
      });
    });

    test("a scope that comes to 80 % of its limit says so to one claim a minute", async () => {
      const scope = { ...property, limit: 25, budget: 25, burst: 25 };
      const approaching = async (requests: number) => {
        const answer = await claimer().claim([scope], requests);
        return answer.kind === "granted" ? (answer.approaching ?? []) : undefined;
      };
      expect(await approaching(19)).toEqual([]);
      expect(await approaching(1)).toMatchObject([{ scope: "property", used: 20, limit: 25 }]);
      expect(await approaching(1)).toEqual([]);
      nowMs += 63_000;
      expect(await approaching(20)).toHaveLength(1);
    });

    test("a clock that is behind, or steps back, claims in the head", async () => {
      const scope = { ...property, burst: 3 };
      expect((await claimer(1_000).claim([scope], 2)).kind).toBe("granted");
      expect(await claimer().claim([scope], 1)).toEqual({
        kind: "granted",
        validUntilMs: start + 1_000,
      });
      expect(await claimer().claim([scope], 1)).toMatchObject({
        cause: "burst",
        retryAtMs: start + 2_000,
      });
    });

    test("counts of a day ago are gone", async () => {
      const quota = claimer();
      await quota.claim([property], 20);
      nowMs += 86_400_000;
      expect(await quota.usage([property])).toMatchObject([{ used: 0 }]);
      await quota.claim([property], 1);
      expect(await quota.usage([property])).toMatchObject([{ used: 1 }]);
    });

    test("a claim that no window could grant throws, and counts in no scope", async () => {
      const quota = claimer();
      const small = { ...account, budget: 2 };
      await expect(quota.claim([property, small], 3)).rejects.toMatchObject({
        name: "QuotaError",
        code: "invalid-claim",
      });
      expect(await quota.usage([property])).toMatchObject([{ used: 0 }]);
    });
  });
}

const property: QuotaScope = {
  kind: "property",
  id: "https://example.com/ü?a=b#c",
  limit: 1_200,
  budget: 940,
  burst: 20,
};
const account: QuotaScope = {
  kind: "account",
  id: "default",
  limit: 1_200,
  budget: 940,
  burst: 20,
};
const project: QuotaScope = {
  kind: "project",
  id: "default",
  limit: 40_000,
  budget: 31_000,
  burst: 31_000,
};

const scopes = [property, account, project];

/** Refuses as often as it takes to show that the minute's limit is reached; the last answer. */
async function refuseUntilBelieved(quota: Quota, scopes: readonly QuotaScope[]) {
  for (let nth = 1; nth < 8; nth += 1) await quota.refuse(scopes, refusal("minute"));
  return quota.refuse(scopes, refusal("minute"));
}

function refusal(period: QuotaPeriod): QuotaRefusal {
  return { kind: "quota", period, scope: "property", retryAfterMs: null };
}

function used(scope: QuotaScope, requests: number) {
  return {
    scope: scope.kind,
    id: scope.id,
    used: requests,
    budget: scope.budget,
    limit: scope.limit,
    closedUntilMs: null,
    reason: null,
  };
}

/** `count` claims of one request at the same time, dealt out to the workers in turn. */
function claimInParallel(
  workers: readonly Quota[],
  scope: QuotaScope,
  count: number,
): Promise<readonly (QuotaGrant | QuotaDenial)[]> {
  const claims = Array.from({ length: Math.ceil(count / workers.length) }, () =>
    workers.map((worker) => worker.claim([scope], 1)),
  );
  return Promise.all(claims.flat().slice(0, count));
}

function requestsGranted(answers: readonly (QuotaGrant | QuotaDenial)[]): number {
  return answers.filter((answer) => answer.kind === "granted").length;
}

function denials(answers: readonly (QuotaGrant | QuotaDenial)[]): readonly QuotaDenial[] {
  return answers.filter((answer) => answer.kind === "denied");
}
