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

/**
 * A fault of the limiter; nothing may be sent. (Denied claims are no faults: they are returned.)
 *
 * | code          | fate                                                              |
 * |---------------|-------------------------------------------------------------------|
 * | store-failed  | the table cannot be reached or refused: nothing is fetched, retry |
 * | broken-item   | a quota item is not what this version writes: a person must look  |
 * | invalid-claim | a mistake of the caller: no window could ever grant this claim    |
 */
export class QuotaError extends Error {
  readonly code: "store-failed" | "broken-item" | "invalid-claim";

  constructor(message: string, details: { code: QuotaError["code"]; cause?: unknown }) {
    super(message, { cause: details.cause });
    this.name = "QuotaError";
    this.code = details.code;
  }
}

/** Events of the quota as they happen. Reporting them never fails the work. */
export type QuotaEvents = {
  /** A scope came to 80 % of its limit; at most once a minute a scope. */
  approaching(usage: ScopeUsage): void;
  /** Google refused; what closed for it, and for how long from now. */
  exceeded(closure: ScopeClosure, retryMs: number): void;
};

/** Limits and budgets as a person has set them; what is absent has its default. */
export type QuotaSettings = {
  /** Requests a minute granted to each property and each account. */
  readonly qpm?: number | undefined;
  /** By siteUrl, and by account id: before what holds for all of them. */
  readonly properties?: Readonly<Record<string, ScopeSettings>> | undefined;
  readonly accounts?: Readonly<Record<string, ScopeSettings>> | undefined;
};

/** Who signs an account's requests: Google counts by signer, whatever ids its credentials have. */
export type AccountSigner = {
  readonly accountId: string;
  /** A service account's e-mail address, or a hash of other credentials. */
  readonly signer: string;
};

export type ScopeSettings = {
  /** What Google allows a minute, where that is not the usual limit. */
  readonly limit?: number | undefined;
  /** What is granted a minute. */
  readonly qpm?: number | undefined;
};
