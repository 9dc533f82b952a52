import type { QuotaSettings, ScopeSettings } from "../quota/quota.ts";

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

/** What has been set; what is absent has its default. */
export type SetSettings = { readonly [Key in keyof Settings]?: Settings[Key] | undefined };

/** What a person sets, and what goes back to its default (null); the rest stays as it is. */
export type SettingsChange = {
  readonly lever?: number | null | undefined;
  readonly inFlight?: number | null | undefined;
  readonly queueSize?: number | null | undefined;
  readonly qpm?: number | null | undefined;
  readonly properties?: Readonly<Record<string, ScopeChange>> | undefined;
  readonly accounts?: Readonly<Record<string, ScopeChange>> | undefined;
};

export type ScopeChange = {
  readonly limit?: number | null | undefined;
  readonly qpm?: number | null | undefined;
};

/** What has been set, with a change. */
export function withChange(
  known: SetSettings,
  asked: SettingsChange | ((set: SetSettings) => SettingsChange),
): SetSettings {
  const change = typeof asked === "function" ? asked(known) : asked;
  const lever = changedTo(known.lever, change.lever);
  const inFlight = changedTo(known.inFlight, change.inFlight);
  const queueSize = changedTo(known.queueSize, change.queueSize);
  const qpm = changedTo(known.qpm, change.qpm);
  const properties = merged(known.properties, change.properties);
  const accounts = merged(known.accounts, change.accounts);
  return {
    ...(lever === undefined ? {} : { lever }),
    ...(inFlight === undefined ? {} : { inFlight }),
    ...(queueSize === undefined ? {} : { queueSize }),
    ...(qpm === undefined ? {} : { qpm }),
    ...(properties === undefined ? {} : { properties }),
    ...(accounts === undefined ? {} : { accounts }),
  };
}

/** The settings in effect: what has been set, and the defaults of the rest. */
export function settingsOver(defaults: Settings, set: SetSettings): Settings {
  return { ...defaults, ...set, lever: set.lever ?? defaults.lever };
}

/** What a run gets where neither it nor the settings say otherwise. */
export const defaultInFlight = 10;
export const defaultQueueSize = 1_000;

function changedTo<Value>(known: Value | undefined, change: Value | null | undefined) {
  return change === null ? undefined : (change ?? known);
}

type ByScope = Readonly<Record<string, ScopeSettings>>;

/** A property or account for which nothing is set any more is forgotten. */
function merged(
  known: ByScope | undefined,
  change: SettingsChange["properties"],
): ByScope | undefined {
  if (change === undefined) return known;
  const next = new Map(Object.entries(known ?? {}));
  for (const [id, each] of Object.entries(change)) {
    const limit = changedTo(next.get(id)?.limit, each.limit);
    const qpm = changedTo(next.get(id)?.qpm, each.qpm);
    const scope = {
      ...(limit === undefined ? {} : { limit }),
      ...(qpm === undefined ? {} : { qpm }),
    };
    if (limit === undefined && qpm === undefined) next.delete(id);
    else next.set(id, scope);
  }
  return Object.fromEntries(next);
}
