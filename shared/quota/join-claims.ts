import type { Quota, QuotaDenial, QuotaGrant, QuotaScope } from "./quota.ts";
import { largestClaim, scopeKey } from "./scopes.ts";

type Claim = Quota["claim"];
type Answer = QuotaGrant | QuotaDenial;
type Waiter = {
  readonly scopes: readonly QuotaScope[];
  readonly settled: PromiseWithResolvers<Answer>;
};

/**
 * Lets the claims of a worker's lanes that meet in the same scopes share their writes: while one is
 * under way, the next ones gather, and then claim together. What is not there for all of them is
 * halved until it is, or until there is nothing for one.
 */
export function joinClaims(claim: Claim): Claim {
  const queues = new Map<string, Waiter[]>();

  async function drain(key: string, waiting: Waiter[]): Promise<void> {
    // Lanes that woke together claim together.
    await Promise.resolve();
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const { scopes } = first;
      const together = waiting.splice(0, largestClaim(scopes));
      try {
        await answer(scopes, together);
      } catch (error) {
        for (const waiter of together) waiter.settled.reject(error);
      }
    }
    queues.delete(key);
  }

  /** Answers every waiter; false when the last of them was denied. */
  async function answer(
    scopes: readonly QuotaScope[],
    waiters: readonly Waiter[],
  ): Promise<boolean> {
    const given = await claim(scopes, waiters.length);
    if (given.kind === "granted") {
      const { approaching: _, ...rest } = given;
      for (const [index, { settled }] of waiters.entries()) {
        settled.resolve(index === 0 ? given : rest);
      }
      return true;
    }
    if (waiters.length === 1 || given.cause === "closed") {
      for (const { settled } of waiters) settled.resolve(given);
      return false;
    }
    const half = Math.ceil(waiters.length / 2);
    const rest = waiters.slice(half);
    if (await answer(scopes, waiters.slice(0, half))) return answer(scopes, rest);
    for (const { settled } of rest) settled.resolve(given);
    return false;
  }

  return (scopes, requests) => {
    if (requests !== 1 || largestClaim(scopes) < 1) return claim(scopes, requests);
    const key = scopes.map(scopeKey).join(" ");
    const settled = Promise.withResolvers<Answer>();
    const waiting = queues.get(key);
    if (waiting !== undefined) {
      waiting.push({ scopes, settled });
    } else {
      const begun = [{ scopes, settled }];
      queues.set(key, begun);
      void drain(key, begun);
    }
    return settled.promise;
  };
}
