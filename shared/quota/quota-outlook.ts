import type { Quota, QuotaScope } from "./quota.ts";

/** What scopes allow as a whole, to decide whether work is worth beginning. */
export type QuotaOutlook = {
  /** The closure that ends last; null while all are open. */
  readonly closure: { readonly untilMs: number; readonly reason: string } | null;
  /** What is configured to be granted a minute, at most; absent: what was known of it stays. */
  readonly budget?: number;
};

export async function quotaOutlook(
  quota: Pick<Quota, "usage">,
  scopes: readonly QuotaScope[],
): Promise<QuotaOutlook> {
  const closures = (await quota.usage(scopes))
    .flatMap(({ closedUntilMs, reason }) =>
      closedUntilMs === null ? [] : [{ untilMs: closedUntilMs, reason: reason ?? "quota" }],
    )
    .sort((a, b) => b.untilMs - a.untilMs);
  return { closure: closures[0] ?? null, budget: Math.min(...scopes.map(({ budget }) => budget)) };
}
