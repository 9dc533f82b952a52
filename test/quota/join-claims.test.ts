import { expect, test } from "vitest";
import { joinClaims } from "../../shared/quota/join-claims.ts";
import type { QuotaDenial, QuotaGrant, QuotaScope } from "../../shared/quota/quota.ts";

const scope: QuotaScope = { kind: "property", id: "a", limit: 100, budget: 100, burst: 20 };
const grant: QuotaGrant = { kind: "granted", validUntilMs: 1_000 };

function denial(cause: QuotaDenial["cause"]): QuotaDenial {
  return { kind: "denied", scope: "property", cause, retryAtMs: 2_000, reason: null };
}

/** Claims over a limiter with room for so many, which notes what it was asked for. */
function limiter(room: number, cause: QuotaDenial["cause"] = "burst") {
  const asked: number[] = [];
  let left = room;
  const claim = joinClaims(async (_, requests) => {
    asked.push(requests);
    await Promise.resolve();
    if (requests > left) return denial(cause);
    left -= requests;
    return grant;
  });
  return { claim, asked };
}

async function granted(claims: readonly Promise<QuotaGrant | QuotaDenial>[]): Promise<number> {
  const answers = await Promise.all(claims);
  return answers.filter(({ kind }) => kind === "granted").length;
}

test("claims that meet are claimed together, at most the burst at a time", async () => {
  const { claim, asked } = limiter(100);
  expect(await granted(Array.from({ length: 30 }, () => claim([scope], 1)))).toBe(30);
  expect(asked).toEqual([20, 10]);
});

test("as many are granted as there is room for, in few claims", async () => {
  for (let room = 0; room <= 20; room += 1) {
    const { claim, asked } = limiter(room);
    expect(await granted(Array.from({ length: 20 }, () => claim([scope], 1)))).toBe(room);
    expect(asked.length).toBeLessThan(12);
  }
});

test("a closed scope is asked once for all that wait", async () => {
  const { claim, asked } = limiter(0, "closed");
  expect(await granted(Array.from({ length: 20 }, () => claim([scope], 1)))).toBe(0);
  expect(asked).toHaveLength(1);
});

test("a fault is everybody's, and the next claim is tried again", async () => {
  let faults = 1;
  const claim = joinClaims(async () => {
    faults -= 1;
    if (faults >= 0) throw new Error("no table");
    return grant;
  });
  const both = [claim([scope], 1), claim([scope], 1)];
  const answers = await Promise.allSettled(both);
  expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await claim([scope], 1)).toEqual(grant);
});
