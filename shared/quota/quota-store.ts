import type { Demand } from "./account-sharing.ts";
import type { QuotaDenial, QuotaScope } from "./quota.ts";
import type { QuotaWindow } from "./window.ts";

/** The windows that workers share. Each change is atomic for its scope. */
export type QuotaStore = {
  /** Counts a claim, or denies it; with the window as it is then. */
  claim(scope: QuotaScope, requests: number, note: DemandNote | null): Promise<StoreAnswer>;
  /** Replaces the window's standing by what `change` makes of it; null: nothing to change. */
  changeStanding(
    scope: QuotaScope,
    change: (window: QuotaWindow, nowMs: number) => QuotaWindow | null,
  ): Promise<QuotaWindow>;
  /** Publishes what the property wants to those that share its account. */
  publishDemand(account: QuotaScope, note: DemandNote): Promise<void>;
  /** True for one caller a minute. */
  markApproached(scope: QuotaScope): Promise<boolean>;
  read(scope: QuotaScope): Promise<QuotaWindow>;
};

export type StoreAnswer = (
  | { readonly kind: "granted"; readonly validUntilMs: number }
  | QuotaDenial
) & { readonly window: QuotaWindow | null };

export type DemandNote = { readonly id: string; readonly demand: Demand };
