import { backoffMs } from "../../lib/backoff.ts";
import type { QuotaDenial, QuotaRefusal, QuotaScope } from "../../quota/quota.ts";
import type { Page, PageRequest } from "../../search-console/search-console.ts";
import { SearchConsoleError } from "../../search-console/search-console-error.ts";
import type { FetchPorts, ScopesNow } from "./fetch-ports.ts";
import type { TakeMeter } from "./take-meter.ts";

export type PageOutcome =
  | { readonly kind: "page"; readonly page: Page }
  /** Quota has nothing to give for longer than a worker should wait, or a store is away. */
  | ({ readonly kind: "deferred" } & Deferral)
  | {
      readonly kind: "failed";
      readonly final: boolean;
      readonly error: string;
      /** Google asked not to be asked again before then (epoch ms; 0: it did not). */
      readonly notBeforeMs: number;
      /** The whole batch waits until then, not this unit alone. */
      readonly batchWaits?: boolean;
    }
  /** Search Console refuses the property, or does not know it. */
  | { readonly kind: "denied"; readonly error: string }
  /** Nothing of this run can succeed. */
  | { readonly kind: "fatal"; readonly error: string }
  | { readonly kind: "aborted" };

/** Until when a batch waits, of which nothing has failed, and for what. */
export type Deferral = {
  readonly untilMs: number;
  readonly reason: string;
  /** A store or the event bus is away. */
  readonly outage?: true;
};

/** Sends of one page before the unit's attempt is given up. */
const maxSends = 4;

/** Refusals for quota of one page before its batch goes back, where the scope stays open. */
const maxRefusals = 12;
const refusedPageWaitMs = 30_000;

/** A longer Retry-After is waited out in the queue, not by a worker. */
const longestRetryWaitMs = 5_000;

/** The longest that one page waits for quota in place, however often it is denied or refused. */
const longestQuotaWaitMs = 65_000;

/**
 * One page: claims quota, sends, and repeats what is worth repeating. Each send is claimed just
 * before it, so that it arrives in the window that it was counted in.
 */
export async function requestPage(
  request: PageRequest,
  context: {
    readonly ports: FetchPorts;
    readonly scopesNow: ScopesNow;
    readonly meter: TakeMeter;
    readonly signal: AbortSignal;
    /** The longest single wait for quota in place. */
    readonly timeoutMs: number;
    /** Gets the bytes of the page that are there while it arrives. */
    readonly arriving?: (bytes: number) => void;
  },
): Promise<PageOutcome> {
  const { ports, meter, signal, arriving } = context;
  let waitedMs = 0;
  let tokenRenewed = false;
  let refusals = 0;
  /** The newest failure, and how often it came in a row. */
  let same = { error: "", count: 0 };
  for (let sends = 1; ; ) {
    try {
      const claim = await claimOne(context, waitedMs);
      if (claim.kind !== "granted") return claim;
      waitedMs = claim.waitedMs;
      meter.requestSent();
      return { kind: "page", page: await ports.searchConsole.fetchPage(request, signal, arriving) };
    } catch (error) {
      if (signal.aborted) return { kind: "aborted" };
      if (!(error instanceof SearchConsoleError)) throw error;
      const { failure } = error;
      switch (failure.kind) {
        case "quota":
          meter.exceeded();
          await refuse(failure, context);
          refusals += 1;
          // One that does not close the scope may be a stray; this page is asked again a little later.
          if (refusals >= maxRefusals) {
            const untilMs = ports.clock.nowMs() + refusedPageWaitMs;
            return { kind: "deferred", untilMs, reason: error.message };
          }
          meter.waitBegun();
          await ports.clock.sleep(backoffMs(Math.min(refusals, 3), ports.clock.random()), signal);
          meter.waitEnded();
          break;
        case "unusable":
        case "transient": {
          const retryAfterMs = failure.kind === "transient" ? (failure.retryAfterMs ?? 0) : 0;
          same =
            error.message === same.error
              ? { ...same, count: same.count + 1 }
              : { error: error.message, count: 1 };
          const final = failure.kind === "unusable" && same.count >= failure.believedAfter;
          if (final || sends >= maxSends || retryAfterMs > longestRetryWaitMs) {
            const notBeforeMs = ports.clock.nowMs() + retryAfterMs;
            return { kind: "failed", final, error: error.message, notBeforeMs };
          }
          meter.retried();
          await ports.clock.sleep(
            Math.max(backoffMs(sends, ports.clock.random()), retryAfterMs),
            signal,
          );
          sends += 1;
          break;
        }
        case "invalid":
          return { kind: "failed", final: true, error: error.message, notBeforeMs: 0 };
        case "stale-token":
          if (tokenRenewed) return { kind: "fatal", error: error.message };
          tokenRenewed = true;
          meter.retried();
          break;
        case "forbidden":
        case "unknown-site":
          return { kind: "denied", error: error.message };
        case "credentials":
          return { kind: "fatal", error: error.message };
        case "aborted":
          return { kind: "aborted" };
        default:
          failure satisfies never;
      }
    }
  }
}

type Context = Parameters<typeof requestPage>[1];

type Granted = {
  readonly kind: "granted";
  /** What the page has waited for quota, this claim included. */
  readonly waitedMs: number;
};

async function claimOne(context: Context, alreadyMs: number): Promise<Granted | PageOutcome> {
  const { ports, scopesNow, meter, signal, timeoutMs } = context;
  const { clock } = ports;
  let waitedMs = alreadyMs;
  while (!signal.aborted) {
    // A token that has to be fetched would eat up the grant's second, and more.
    await ports.searchConsole.ready?.(signal);
    const scopes = scopesNow();
    const claim = await ports.quota.claim(scopes, 1);
    const nowMs = clock.nowMs();
    if (claim.kind === "granted") {
      for (const usage of claim.approaching ?? []) {
        meter.approaching();
        ports.quotaEvents?.approaching(usage);
      }
      if (nowMs < claim.validUntilMs) return { kind: "granted", waitedMs };
      continue;
    }
    meter.deferred();
    const waitMs = Math.max(claim.retryAtMs - nowMs, 0);
    if (waitMs > Math.min(timeoutMs, longestQuotaWaitMs - waitedMs)) {
      return {
        kind: "deferred",
        untilMs: claim.retryAtMs,
        reason: claim.reason ?? `the ${claim.scope}'s ${claim.cause} is used up for now`,
      };
    }
    meter.waitBegun();
    await waitFor(claim, scopes, context);
    meter.waitEnded();
    waitedMs += clock.nowMs() - nowMs;
  }
  return { kind: "aborted" };
}

/** Waits until the claim may be granted, or more is granted than when it was denied. */
async function waitFor(
  { retryAtMs, cause }: QuotaDenial,
  claimed: readonly QuotaScope[],
  { ports: { clock }, scopesNow, signal }: Context,
): Promise<void> {
  const untilMs = retryAtMs + clock.random() * spreadMs[cause];
  const isRaised = () =>
    scopesNow().some(({ budget }, index) => budget > (claimed[index]?.budget ?? budget));
  for (let leftMs = untilMs - clock.nowMs(); leftMs > 0; leftMs = untilMs - clock.nowMs()) {
    await clock.sleep(Math.min(leftMs, pollMs), signal);
    if (signal.aborted || (cause === "budget" && isRaised())) return;
  }
}

/** How often a long wait looks whether a person has raised the budget. */
const pollMs = 2_000;

/**
 * Waiters that were denied together do not come back together. Room that a second frees is there
 * for the whole of it, so that most of the second costs nothing.
 */
const spreadMs: Record<QuotaDenial["cause"], number> = { budget: 800, burst: 800, closed: 400 };

/** Shared with every worker, so that none of them meets the same refusal. */
async function refuse(refusal: QuotaRefusal, context: Context): Promise<void> {
  const { quota, quotaEvents, clock } = context.ports;
  for (const closure of await quota.refuse(context.scopesNow(), refusal)) {
    quotaEvents?.exceeded(closure, Math.max(closure.untilMs - clock.nowMs(), 0));
  }
}
