import { defaultInFlight, defaultQueueSize, type Settings } from "../../shared/ledger/settings.ts";
import type { ScopeSettings } from "../../shared/quota/quota-settings.ts";
import { defaultBudget } from "../../shared/quota/scopes.ts";

/** The effective run-time configuration; the JSON contract of `gsc-sync lever`. */
export type LeverFigures = {
  readonly lever: number;
  readonly inFlight: number;
  readonly queueSize: number;
  readonly qpm: number;
  readonly properties: Readonly<Record<string, ScopeSettings>>;
  readonly accounts: Readonly<Record<string, ScopeSettings>>;
};

export function effectiveSettings(settings: Settings): LeverFigures {
  return {
    lever: settings.lever,
    inFlight: settings.inFlight ?? defaultInFlight,
    queueSize: settings.queueSize ?? defaultQueueSize,
    qpm: settings.qpm ?? defaultBudget,
    properties: settings.properties ?? {},
    accounts: settings.accounts ?? {},
  };
}
