import type { QuotaSettings, ScopeSettings } from "../quota/quota-settings.ts";

/**
 * Run-time configuration that holds for every run, changed without a deploy. Runs read it every
 * few seconds; each gets the smaller of its own value and this one.
 */
export type Settings = QuotaSettings & {
  /** Workers at once: 0 stops, 1 is the sequential path. */
  readonly lever: number;
  /** Most batches of a run in flight. */
  readonly inFlight?: number | undefined;
  /** Most batches of a run queued or in flight. */
  readonly queueSize?: number | undefined;
};

/** What a person sets; the rest stays as it is. */
export type SettingsChange = { readonly [Key in keyof Settings]?: Settings[Key] | undefined };

/** The settings with a change: what it names is set, within a property or account as well. */
export function withChange<Known extends SettingsChange>(known: Known, change: SettingsChange) {
  const { lever, inFlight, queueSize, qpm, properties, accounts } = change;
  return {
    ...known,
    ...(lever === undefined ? {} : { lever }),
    ...(inFlight === undefined ? {} : { inFlight }),
    ...(queueSize === undefined ? {} : { queueSize }),
    ...(qpm === undefined ? {} : { qpm }),
    ...(properties === undefined ? {} : { properties: merged(known.properties, properties) }),
    ...(accounts === undefined ? {} : { accounts: merged(known.accounts, accounts) }),
  };
}

type ByScope = Readonly<Record<string, ScopeSettings>>;

function merged(known: ByScope | undefined, change: ByScope): ByScope {
  const changed = Object.entries(change).map(([id, { limit, qpm }]) => {
    const scope: ScopeSettings = {
      ...known?.[id],
      ...(limit === undefined ? {} : { limit }),
      ...(qpm === undefined ? {} : { qpm }),
    };
    return [id, scope] as const;
  });
  return { ...known, ...Object.fromEntries(changed) };
}
