import { datesFromTo } from "../../shared/request/pacific-date.ts";
import type { UnitQuery } from "../../shared/rows/row-store.ts";
import type { StageStores } from "../stage/stage.ts";
import type { SampleControl } from "./sample-control.ts";

export type RowsVerdict = {
  readonly equal: boolean;
  /** Rows that the server has. */
  readonly truth: number;
  readonly found: number;
  /**
   * `missing`: the server's rows that are not stored. `wrong`: stored rows that the server does not
   * have.
   */
  readonly missing: number;
  readonly wrong: number;
};

/** Compares the visible rows of a range with the server's, figure by figure. */
export async function verifyRows(
  stage: StageStores,
  server: SampleControl,
  query: UnitQuery,
): Promise<RowsVerdict> {
  const left = new Map<string, number>();
  let truth = 0;
  for (const date of datesFromTo(query.from, query.to)) {
    for (const { keys, clicks, impressions, ctr, position } of await server.truth(
      query.siteUrl,
      date,
    )) {
      const row = JSON.stringify([date, ...keys, clicks, impressions, ctr, position]);
      left.set(row, (left.get(row) ?? 0) + 1);
      truth += 1;
    }
  }
  let found = 0;
  let wrong = 0;
  for await (const row of (await stage.rows()).streamRows(query)) {
    const { date, page, query: words, clicks, impressions, ctr, position } = row;
    const text = JSON.stringify([date, page, words, clicks, impressions, ctr, position]);
    const more = left.get(text) ?? 0;
    found += 1;
    if (more === 0) wrong += 1;
    else if (more === 1) left.delete(text);
    else left.set(text, more - 1);
  }
  const missing = [...left.values()].reduce((sum, count) => sum + count, 0);
  return { equal: missing === 0 && wrong === 0, truth, found, missing, wrong };
}
