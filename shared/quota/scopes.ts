import { compact } from "../lib/compact.ts";
import type { AccountSigner, QuotaScope, QuotaSettings } from "./quota.ts";

/** Fractions of what Google allows a minute in a scope: 960, 1,000 and 1,100 of 1,200. */
export const usageFractions = { warn: 0.8, escalate: 5 / 6, page: 11 / 12 } as const;

/**
 * Search Analytics requests that Google allows a minute.
 * Source: https://developers.google.com/webmaster-tools/limits (QPM a site, a user, a project).
 */
export const googleLimits = { property: 1_200, account: 1_200, project: 40_000 } as const;

/** Granted a minute unless set otherwise: under the 80 % line of the limit. */
export const defaultBudget = 940;

/** Most requests a second; Google's per-second limit is unpublished, refusals in practice exist. */
export const defaultBurst = 20;

/** Whose quota a property's requests count in. */
export type QuotaOwners = {
  readonly siteUrl: string;
  readonly accountId: string;
  readonly projectId: string;
  /** Requests a minute that the run's property is budgeted at. */
  readonly qpm?: number | undefined;
};

/** The scopes of a property's requests in the order in which they are claimed. */
export function quotaScopes(
  owners: QuotaOwners,
  settings: QuotaSettings = {},
  signers: readonly AccountSigner[] = [],
): readonly QuotaScope[] {
  return [
    propertyScope(owners.siteUrl, settings, owners.qpm),
    accountScope(owners.accountId, settings, owners.qpm, signers),
    projectScope(owners.projectId),
  ];
}

/** A property's budget is what is set for it or, if that is less, what its run asks for. */
export function propertyScope(id: string, settings: QuotaSettings, runQpm?: number): QuotaScope {
  const own = settings.properties?.[id];
  const limit = own?.limit ?? googleLimits.property;
  const set = own?.qpm ?? settings.qpm ?? runQpm ?? defaultBudgetOf(limit);
  const budget = Math.min(set, runQpm ?? set, limit);
  return { kind: "property", id, limit, budget, burst: defaultBurst };
}

/**
 * An account's budget is shared by its properties, so that a run which asks for little takes
 * nothing from the others; one that asks for more than the default gets it. Accounts with one
 * signer are one at Google: they share a window, and the lowest of what is set for them holds.
 */
export function accountScope(
  id: string,
  settings: QuotaSettings,
  runQpm = 0,
  signers: readonly AccountSigner[] = [],
): QuotaScope {
  const signer = signers.find(({ accountId }) => accountId === id)?.signer;
  const own = accountsOf(id, signers).map((each) => settings.accounts?.[each] ?? {});
  const limit = lowest(own.map((each) => each.limit)) ?? googleLimits.account;
  const set =
    lowest(own.map(({ qpm }) => qpm)) ?? settings.qpm ?? Math.max(defaultBudgetOf(limit), runQpm);
  const budget = Math.min(set, limit);
  return compact({ kind: "account" as const, id, signer, limit, budget, burst: defaultBurst });
}

/** The account and all others that have its signer. */
export function accountsOf(id: string, signers: readonly AccountSigner[]): readonly string[] {
  const signer = signers.find(({ accountId }) => accountId === id)?.signer;
  const alike = signers.filter((one) => one.signer === signer).map(({ accountId }) => accountId);
  return alike.length === 0 ? [id] : alike;
}

function lowest(values: readonly (number | undefined)[]): number | undefined {
  const set = values.filter((value) => value !== undefined);
  return set.length === 0 ? undefined : Math.min(...set);
}

export function projectScope(id: string): QuotaScope {
  const limit = googleLimits.project;
  const budget = defaultBudgetOf(limit);
  return { kind: "project", id, limit, budget, burst: projectBurst, lot: projectLot };
}

/** The most requests that one claim in all these scopes may ask for. */
export function largestClaim(scopes: readonly QuotaScope[]): number {
  return Math.min(...scopes.flatMap((scope) => [scope.budget, scope.burst]));
}

/** The key that a scope's window is kept under. */
export function scopeKey(scope: Pick<QuotaScope, "kind" | "id" | "signer">): string {
  return `${scope.kind}#${scope.signer ?? scope.id}`;
}

/** The same share of any limit. */
function defaultBudgetOf(limit: number): number {
  return Math.max(Math.floor((limit * defaultBudget) / googleLimits.property), 1);
}

/**
 * Each request claims in the project's one item, which takes 1,000 writes a second. A worker that
 * sends many a second claims several in one write, so that the item is written a fraction as often.
 */
const projectLot = 16;
const projectBurst = 1_000;
