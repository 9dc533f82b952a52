import type { QuotaScope } from "./quota.ts";

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
  /** Requests a minute that the property's and the account's budget is set to. */
  readonly qpm?: number | undefined;
};

/** The scopes of a property's requests in the order in which they are claimed. */
export function quotaScopes(owners: QuotaOwners): readonly QuotaScope[] {
  const budget = owners.qpm ?? defaultBudget;
  return [
    {
      kind: "property",
      id: owners.siteUrl,
      limit: googleLimits.property,
      budget,
      burst: defaultBurst,
    },
    {
      kind: "account",
      id: owners.accountId,
      limit: googleLimits.account,
      budget,
      burst: defaultBurst,
    },
    {
      kind: "project",
      id: owners.projectId,
      limit: googleLimits.project,
      budget: projectBudget,
      burst: projectBurst,
      lot: projectLot,
    },
  ];
}

/** The most requests that one claim in all these scopes may ask for. */
export function largestClaim(scopes: readonly QuotaScope[]): number {
  return Math.min(...scopes.flatMap((scope) => [scope.budget, scope.burst]));
}

/** The key that a scope's window is kept under. */
export function scopeKey(scope: Pick<QuotaScope, "kind" | "id">): string {
  return `${scope.kind}#${scope.id}`;
}

/** The same share of the limit that a property is granted. */
const projectBudget = Math.floor((googleLimits.project * defaultBudget) / googleLimits.property);

/**
 * Each request claims in the project's one item, which takes 1,000 writes a second. A worker that
 * sends many a second claims them in lots, so that the item is written a fraction as often.
 */
const projectLot = 16;
const projectBurst = 1_000;
