import { datesFromTo } from "../../../shared/request/pacific-date.ts";
import type { UnitQuery } from "../../../shared/rows/row-store.ts";
import { difference, shownRow } from "../../support/stores/visible-rows.ts";
import type { Clients } from "../clients.ts";
import type { DeployedStage } from "../deployed-stage.ts";
import type { Ministack } from "../ministack.ts";
import type { SearchConsole } from "../search-console.ts";

/** A deployed stage, and the Search Console that its functions ask. */
export type World = {
  readonly ministack: Ministack;
  readonly clients: Clients;
  readonly searchConsole: SearchConsole;
  readonly stage: DeployedStage;
};

/** How the visible rows differ from what the Search Console would tell, and how many these are. */
export async function differenceFromTruth({ stage, searchConsole }: World, query: UnitQuery) {
  const truth: string[] = [];
  for (const date of datesFromTo(query.from, query.to)) {
    const rows = await searchConsole.truth(query.siteUrl, date);
    truth.push(...rows.map((row) => shownRow(date, row)));
  }
  return { truth: truth.length, ...difference(await stage.visibleRows(query), truth) };
}
