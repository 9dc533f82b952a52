import type { Ledger } from "./ledger.ts";
import type { Settings } from "./settings.ts";

/** Settings for callers that cannot wait for the ledger, never much older than `maxAgeMs`. */
export type CachedSettings = {
  /** Reads them now. Throws when the ledger does not answer. */
  refresh(): Promise<Settings>;
  /** The last ones read; old ones are read anew meanwhile. */
  last(): Settings;
};

export function createCachedSettings(
  ledger: Pick<Ledger, "readSettings">,
  options: {
    readonly first: Settings;
    readonly maxAgeMs: number;
    readonly nowMs: () => number;
  },
): CachedSettings {
  let last = options.first;
  let readAtMs = Number.NEGATIVE_INFINITY;

  async function refresh(): Promise<Settings> {
    readAtMs = options.nowMs();
    last = await ledger.readSettings();
    return last;
  }

  return {
    refresh,
    last() {
      // A ledger that is away for a moment leaves what was read last in force.
      if (options.nowMs() - readAtMs >= options.maxAgeMs) void refresh().catch(() => {});
      return last;
    },
  };
}
