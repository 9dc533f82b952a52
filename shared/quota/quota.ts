import type { SearchConsoleFailure } from "../search-console/search-console-error.ts";

export type QuotaRefusal = Extract<SearchConsoleFailure, { readonly kind: "quota" }>;

/** Whose requests are counted together, as Google counts them. */
export type ScopeKind = "property" | "account" | "project";

export type QuotaScope = {
  readonly kind: ScopeKind;
  /** siteUrl, account id, or project id. */
  readonly id: string;
  /** Of an account whose credentials were read: the signer, by whom Google counts. */
  readonly signer?: string | undefined;
  /** What Google allows a minute. */
  readonly limit: number;
  /** What we grant a minute: at most the limit. */
  readonly budget: number;
  /** Most requests granted within one second. */
  readonly burst: number;
  /** Most requests that a worker claims ahead, in one write, to send within the grant's second. */
  readonly lot?: number;
};

/** Why a claim was denied, and the earliest instant (epoch ms) at which it may be granted. */
export type QuotaDenial = {
  readonly kind: "denied";
  readonly scope: ScopeKind;
  readonly cause: "budget" | "burst" | "closed";
  readonly retryAtMs: number;
  readonly reason: string | null;
};

/** A grant covers requests that are sent before `validUntilMs`; later ones are claimed anew. */
export type QuotaGrant = {
  readonly kind: "granted";
  readonly validUntilMs: number;
  /** Scopes that this claim brought to 80 % of their limit; said once a minute a scope. */
  readonly approaching?: readonly ScopeUsage[];
};

export type ScopeUsage = {
  readonly scope: ScopeKind;
  readonly id: string;
  /** Requests granted in the current window. */
  readonly used: number;
  /** What is granted a minute now: after refusals less than is configured. */
  readonly budget: number;
  readonly limit: number;
  readonly closedUntilMs: number | null;
  readonly reason: string | null;
};

export type ScopeClosure = {
  readonly scope: ScopeKind;
  readonly id: string;
  /** Epoch ms. */
  readonly untilMs: number;
  readonly reason: string;
};

/**
 * The limiter. Requests are claimed before they are sent, in every scope that Google counts them
 * in. Denied claims count nothing; a store that cannot be reached throws, and nothing is sent.
 */
export type Quota = {
  claim(scopes: readonly QuotaScope[], requests: number): Promise<QuotaGrant | QuotaDenial>;
  /**
   * Google refused: closes what the refusal is about for everyone, and lowers what is granted
   * there afterwards. The closures that it made or met, the one it names first.
   */
  refuse(scopes: readonly QuotaScope[], refusal: QuotaRefusal): Promise<readonly ScopeClosure[]>;
  /** Nobody's claim in this scope is granted before `untilMs`. Never shortens. */
  close(scope: QuotaScope, untilMs: number, reason: string): Promise<void>;
  usage(scopes: readonly QuotaScope[]): Promise<readonly ScopeUsage[]>;
};
