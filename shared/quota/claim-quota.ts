import type { Clock } from "../lib/clock.ts";
import { fairShare, republishSeconds } from "./account-sharing.ts";
import { joinClaims } from "./join-claims.ts";
import { createPrefetchedGrants } from "./prefetched-grants.ts";
import type {
  Quota,
  QuotaDenial,
  QuotaGrant,
  QuotaScope,
  ScopeClosure,
  ScopeUsage,
} from "./quota.ts";
import type { DemandNote, QuotaStore } from "./quota-store.ts";
import { noteRefusedProperty, refuseWindow } from "./refusal.ts";
import { largestClaim, scopeKey, usageFractions } from "./scopes.ts";
import { closureAt } from "./standing.ts";
import {
  closeWindow,
  decideClaim,
  emptyWindow,
  grantValidityMs,
  type QuotaWindow,
  requireGrantable,
  rollWindow,
  scopeUsage,
  subWindowAt,
  subWindowMs,
} from "./window.ts";

/**
 * The limiter of one worker over windows that it shares with others. All scopes are claimed at
 * once. Those that may have nothing to give are read first, and a claim that would be denied is
 * not made: else what the others grant would be counted in vain. When another worker takes
 * the last of a scope between read and write, what the others granted is kept for this worker's next
 * claim within its second, and stays counted if none comes: nothing is ever given back, so no
 * repeated write can give back twice.
 *
 * `seen` is a hint (the windows as this worker met them last): it decides what is read first, and
 * how runs share an account. The store's conditional writes alone decide what is granted.
 */
export function createQuota(store: QuotaStore, clock: Pick<Clock, "nowMs">): Quota {
  const seen = new Map<string, { readonly window: QuotaWindow; readonly atMs: number }>();
  /** When each property last wanted more than it got of its account (epoch seconds). */
  const hungryAt = new Map<string, number>();
  const prefetched = createPrefetchedGrants();

  function see(scope: QuotaScope, window: QuotaWindow | null): void {
    if (window !== null) seen.set(scopeKey(scope), { window, atMs: clock.nowMs() });
  }

  const seenOf = (scope: QuotaScope) => seen.get(scopeKey(scope))?.window;

  /** What the property may use of its account as others share it; its own budget at most. */
  function shared(scopes: readonly QuotaScope[]): readonly QuotaScope[] {
    const [property, account] = ownersOf(scopes);
    const window = account && seenOf(account);
    if (property === undefined || account === undefined || window === undefined) return scopes;
    const nowMs = clock.nowMs();
    const whole = scopeUsage(window, account, nowMs).budget;
    const share = fairShare(whole, window.sharers, property.id, subWindowAt(nowMs));
    const capped = { ...property, budget: Math.min(property.budget, share) };
    return scopes.map((scope) => (scope === property ? capped : scope));
  }

  /** What the property publishes to those that share its account. */
  function noteOf(property: QuotaScope, nowMs: number): DemandNote {
    const window = seenOf(property);
    const used = window === undefined ? 0 : rollWindow(window, nowMs).total;
    const hungry = hungryAt.get(property.id) ?? 0;
    return { id: property.id, demand: { used, told: subWindowAt(nowMs), hungry } };
  }

  async function claimScope(scope: QuotaScope, requests: number, note: DemandNote | null) {
    const heldUntilMs = prefetched.draw(scope, requests, clock.nowMs());
    if (heldUntilMs !== undefined) {
      return { kind: "granted" as const, validUntilMs: heldUntilMs, window: null };
    }
    const claimed = prefetched.sizeOf(scope, requests, clock.nowMs());
    const answer = await store.claim(scope, claimed, note);
    if (answer.kind === "granted") {
      prefetched.keep(scope, claimed - requests, answer.validUntilMs);
      return answer;
    }
    return claimed > requests ? store.claim(scope, requests, note) : answer;
  }

  /** Publishes the demand of a property that was denied its part of its account. */
  async function publishDemand(scopes: readonly QuotaScope[], denied: QuotaScope): Promise<void> {
    const [property, account] = ownersOf(scopes);
    if (property === undefined || account === undefined) return;
    const own = scopes.find((scope) => scope.kind === "property");
    const share = denied.kind === "account" || denied.budget < (own?.budget ?? 0);
    if (!share) return;
    const nowSeconds = subWindowAt(clock.nowMs());
    hungryAt.set(property.id, nowSeconds);
    const published = seenOf(account)?.sharers[property.id]?.hungry ?? 0;
    if (published > nowSeconds - republishSeconds) return;
    await store.publishDemand(account, noteOf(property, clock.nowMs()));
    see(account, await store.read(account));
  }

  async function approached(scope: QuotaScope, window: QuotaWindow): Promise<ScopeUsage | null> {
    const nowMs = clock.nowMs();
    const usage = scopeUsage(window, scope, nowMs);
    if (usage.used < usageFractions.warn * scope.limit) return null;
    if (!isApproachDue(window, nowMs) || !(await store.markApproached(scope))) return null;
    return usage;
  }

  async function claim(
    scopes: readonly QuotaScope[],
    requests: number,
  ): Promise<QuotaGrant | QuotaDenial> {
    // All are judged before the first is counted: a claim that cannot be granted costs nothing.
    for (const scope of scopes) requireGrantable(scope, requests);
    let validUntilMs = clock.nowMs() + grantValidityMs;
    const approaching: ScopeUsage[] = [];
    const short = shared(scopes).find((scope) => requests > largestClaim([scope]));
    if (short !== undefined) return beyondShare(short);
    const foreseen = await foreseeDenial(scopes, requests);
    if (foreseen !== undefined) return foreseen;
    const answers = await answersOf(shared(scopes), requests);
    const denied = answers.find(({ answer }) => answer.kind === "denied");
    for (const { scope, answer } of answers) {
      see(scope, answer.window);
      if (answer.kind === "denied") continue;
      if (denied !== undefined) prefetched.keep(scope, requests, answer.validUntilMs);
      else validUntilMs = Math.min(validUntilMs, answer.validUntilMs);
    }
    if (denied?.answer.kind === "denied") {
      const { window: _, ...denial } = denied.answer;
      if (denial.cause === "budget") await publishDemand(scopes, denied.scope);
      return denial;
    }
    for (const { scope, answer } of answers) {
      const usage = answer.window === null ? null : await approached(scope, answer.window);
      if (usage !== null) approaching.push(usage);
    }
    return { kind: "granted", validUntilMs, ...(approaching.length > 0 ? { approaching } : {}) };
  }

  /** More at once than the property's part of its account: fewer may be had. */
  function beyondShare(scope: QuotaScope): QuotaDenial {
    return {
      kind: "denied",
      scope: scope.kind,
      cause: "budget",
      retryAtMs: clock.nowMs() + subWindowMs,
      reason: null,
    };
  }

  async function answersOf(scopes: readonly QuotaScope[], requests: number) {
    const [property] = ownersOf(scopes);
    return Promise.all(
      scopes.map(async (scope) => {
        const shares = scope.kind === "account" && property !== undefined;
        const note = shares ? noteOf(property, clock.nowMs()) : null;
        return { scope, answer: await claimScope(scope, requests, note) };
      }),
    );
  }

  /** The denial that ends last, as the scopes stand; undefined when all may well grant. */
  async function foreseeDenial(
    scopes: readonly QuotaScope[],
    requests: number,
  ): Promise<QuotaDenial | undefined> {
    if (scopes.length === 1) return undefined;
    const doubtful = shared(scopes).filter((scope) => !isAmple(scope, requests));
    if (doubtful.length === 0) return undefined;
    await Promise.all(doubtful.map(async (scope) => see(scope, await store.read(scope))));
    const [last] = shared(scopes)
      .flatMap((scope) => {
        const window = seenOf(scope) ?? emptyWindow;
        if (prefetched.holds(scope, requests, clock.nowMs())) return [];
        const decision = decideClaim(window, scope, requests, clock.nowMs());
        return decision.kind === "denied" ? [{ scope, denial: decision }] : [];
      })
      .sort((a, b) => b.denial.retryAtMs - a.denial.retryAtMs);
    if (last?.denial.cause === "budget") await publishDemand(scopes, last.scope);
    return last?.denial;
  }

  /** Whether a scope has more to give than others can have taken since it was seen. */
  function isAmple(scope: QuotaScope, requests: number): boolean {
    const nowMs = clock.nowMs();
    const last = seen.get(scopeKey(scope));
    if (last === undefined || Math.abs(nowMs - last.atMs) > freshMs) return false;
    if (decideClaim(last.window, scope, requests, nowMs).kind === "denied") return false;
    const { used, budget } = scopeUsage(last.window, scope, nowMs);
    return budget - used >= 2 * scope.burst;
  }

  return {
    claim: joinClaims(claim),
    async refuse(scopes, refusal) {
      const refused = scopes.find((scope) => scope.kind === refusal.scope);
      if (refused === undefined) return [];
      const window = await refuseScope(refused);
      const closures = [closureOf(refused, window)];
      // A stray of one property says nothing of its account.
      if (closureAt(window.standing, clock.nowMs())?.period !== refusal.period) return closures;
      const account = scopes.find((scope) => scope.kind === "account");
      if (refused.kind === "property" && account !== undefined && refusal.period !== "day") {
        let second = false;
        await store.changeStanding(account, (window, nowMs) => {
          const noted = noteRefusedProperty(window, refused.id, refusal, nowMs);
          second = noted.second;
          return second ? refuseWindow(noted.window, account, refusal, nowMs, true) : noted.window;
        });
        if (second) closures.push(closureOf(account, await store.read(account)));
      }
      return closures;

      async function refuseScope(scope: QuotaScope): Promise<QuotaWindow> {
        prefetched.drop(scope);
        return store.changeStanding(scope, (found, nowMs) =>
          refuseWindow(found, scope, refusal, nowMs),
        );
      }
    },
    async close(scope, untilMs, reason) {
      await store.changeStanding(scope, (window) => {
        const closed = closeWindow(window, { untilMs, reason, period: null });
        return closed === window ? null : closed;
      });
    },
    async usage(scopes) {
      return Promise.all(
        scopes.map(async (scope) => scopeUsage(await store.read(scope), scope, clock.nowMs())),
      );
    },
  };

  function closureOf(scope: QuotaScope, { standing }: QuotaWindow): ScopeClosure {
    const closure = closureAt(standing, clock.nowMs());
    const { untilMs, reason } = closure ?? { untilMs: clock.nowMs(), reason: "" };
    return { scope: scope.kind, id: scope.id, untilMs, reason };
  }
}

/** For so long what was seen of a window is off by two bursts at most. */
const freshMs = 1_000;

/** At most once a minute a scope. */
export const approachEveryMs = 60_000;

export function isApproachDue(window: QuotaWindow, nowMs: number): boolean {
  return window.approachedAtMs === null || nowMs >= window.approachedAtMs + approachEveryMs;
}

function ownersOf(scopes: readonly QuotaScope[]) {
  const property = scopes.find((scope) => scope.kind === "property");
  const account = scopes.find((scope) => scope.kind === "account");
  return [property, account] as const;
}
