import type { PacificDate } from "./pacific-date.ts";

/** Property × report × Pacific date: the smallest thing that is complete or not. */
export type Unit = {
  readonly siteUrl: string;
  readonly report: string;
  readonly date: PacificDate;
};

/** Google's largest page (`rowLimit`), in rows. */
export const pageRows = 25_000;

/** Google returns at most about this many rows a day, search type and property. */
export const unitRowCap = 50_000;

/** How a unit's rows are cut into pages. */
export type Paging = { readonly pageRows: number; readonly unitRowCap: number };

export const googlePaging: Paging = { pageRows, unitRowCap };
