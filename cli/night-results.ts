import type { Ledger } from "../shared/ledger/ledger.ts";
import { nightByHand, nightRunNames } from "../shared/plan/plan-night.ts";
import { whySkipped } from "../shared/plan/plan-sync.ts";
import type { Property } from "../shared/registry/property.ts";
import { readRunState } from "./run-snapshot.ts";
import type { SyncedProperty } from "./views/sync-view.ts";

/**
 * What a night that was started by hand has made of each property so far; one without a run was
 * passed over.
 */
export async function nightResults(
  ledger: Ledger,
  properties: readonly Property[],
  execution: string,
): Promise<readonly SyncedProperty[]> {
  const night = nightByHand(execution);
  const each = await Promise.all(
    properties.map(async (property): Promise<readonly SyncedProperty[]> => {
      const { siteUrl, accountId } = property;
      const names = nightRunNames(night, siteUrl);
      const states = await Promise.all(names.map((name) => readRunState(ledger, name)));
      const runs = states.flatMap((state) => (state === undefined ? [] : [state.summary]));
      if (runs.length === 0) {
        const reason =
          property.status === "active"
            ? "no work, or another run has it: the log of list-properties says which"
            : whySkipped(property);
        return [{ siteUrl, accountId, status: "skipped", reason, run: null }];
      }
      return runs.map((run) => ({
        siteUrl,
        accountId,
        status: run.status,
        reason: run.reason,
        run,
      }));
    }),
  );
  return each.flat();
}
