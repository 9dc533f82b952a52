import type { Quota, QuotaScope } from "../quota/quota.ts";
import type { RowStore } from "../rows/row-store.ts";
import type { SearchConsole } from "../search-console/search-console.ts";
import type { Clock } from "./clock.ts";

/** What fetching a unit touches. */
export type FetchPorts = {
  readonly searchConsole: SearchConsole;
  readonly quota: Quota;
  readonly rows: RowStore;
  readonly clock: Clock;
};

export type FetchScopes = readonly QuotaScope[];
