import type { Ledger } from "../../ledger/ledger.ts";
import { acquireForPurge, purgeHolder, releaseLock } from "../../ledger/property-lock.ts";
import type { Purge, Purged } from "../../rows/purge.ts";
import type { RowStore } from "../../rows/row-store.ts";

export type PurgeOutcome =
  | (Purged & { readonly kind: "purged" })
  /** Somebody asked for its end: what is deleted stays so, and another purge goes on. */
  | (Purged & { readonly kind: "stopped" })
  /** A run has the property, or got it while this purge stood still. */
  | (Purged & { readonly kind: "held"; readonly by: string });

/**
 * Deletes units of a property for good. It holds the property as a run does, so that nobody plans on
 * what is about to go, and draws its token as a take does: what takes before it have written goes, and
 * what takes after it write stays.
 */
export async function purgeProperty(
  asked: Omit<Purge, "token">,
  ports: {
    readonly ledger: Pick<Ledger, "changeLock" | "nextToken">;
    readonly rows: Pick<RowStore, "purgeUnits">;
    readonly nowMs: () => number;
    readonly signal?: AbortSignal;
  },
): Promise<PurgeOutcome> {
  const { ledger, rows, nowMs, signal } = ports;
  const { siteUrl } = asked;
  const hold = () => ledger.changeLock(siteUrl, (lock) => acquireForPurge(lock, nowMs()));
  let purged: Purged = { units: 0, rows: 0 };

  const held = await hold();
  if (held.kind === "held") return { ...held, ...purged };
  try {
    const token = await ledger.nextToken(siteUrl, nowMs());
    let renewedAtMs = nowMs();
    for await (const step of rows.purgeUnits({ ...asked, token }, nowMs())) {
      purged = { units: purged.units + step.units, rows: purged.rows + step.rows };
      if (signal?.aborted) return { kind: "stopped", ...purged };
      if (nowMs() - renewedAtMs < renewAfterMs) continue;
      renewedAtMs = nowMs();
      const renewed = await hold();
      if (renewed.kind === "held") return { ...renewed, ...purged };
    }
    return { kind: "purged", ...purged };
  } finally {
    await ledger.changeLock(siteUrl, (lock) => ({
      kind: "changed",
      lock: releaseLock(lock, purgeHolder),
    }));
  }
}

const renewAfterMs = 20_000;
