import type { EventBus } from "../../events/event-bus.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { Run } from "../../ledger/run.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Quota, QuotaEvents, QuotaScope } from "../../quota/quota.ts";
import type { Paging } from "../../request/unit.ts";
import type { RowStore } from "../../rows/row-store.ts";
import type { SearchConsole } from "../../search-console/search-console.ts";
import type { PageMemoryBudget } from "./page-memory-budget.ts";

/** What fetching a unit touches. */
export type FetchPorts = {
  readonly searchConsole: SearchConsole;
  /** Google's, unless the Search Console behind the port cuts other pages. */
  readonly paging?: Paging;
  /** How much of the pages a worker holds at once; any amount unless it says. */
  readonly pageMemoryBudget?: PageMemoryBudget;
  readonly quota: Quota;
  readonly quotaEvents?: QuotaEvents;
  readonly rows: RowStore;
  readonly clock: Clock;
};

/** The scopes that requests count in, as they are set now. */
export type ScopesNow = () => readonly QuotaScope[];

/** What a take touches. */
export type WorkPorts = FetchPorts & {
  readonly ledger: Ledger;
  /** Gets an event of each settled unit before the ledger is written. */
  readonly eventBus: EventBus;
  /** The scopes that a run's requests count in, as they are set now. */
  scopesOf(run: Run): readonly QuotaScope[];
  /** Takes a registered property out of the nightly sync that has been refused since `askedMs`. */
  quarantine?(
    run: Pick<Run, "siteUrl" | "accountId">,
    reason: string,
    askedMs: number,
  ): Promise<void>;
  /** The process's largest resident set, MB. */
  memoryMb(): number;
  /** Units of a batch fetched at once, off the sequential path. */
  readonly unitsAtOnce: number;
  /** True where nothing else holds the workers of all runs to the lever. */
  readonly countsTakes?: boolean;
};
