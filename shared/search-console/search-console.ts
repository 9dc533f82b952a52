import type { PacificDate } from "../request/pacific-date.ts";
import type { Report } from "../request/report.ts";
import type { Row } from "../request/row.ts";

/** One `searchanalytics.query` call. */
export type PageRequest = {
  readonly siteUrl: string;
  readonly report: Report;
  readonly date: PacificDate;
  readonly startRow: number;
};

/** A page; an offset past the end is a page without rows. */
export type Page = {
  readonly rows: readonly Row[];
  readonly aggregation: string | null;
  readonly firstIncompleteDate: PacificDate | null;
  /** Of the answer's body, about: what holding the page costs. */
  readonly bytes?: number;
};

/** Search Console as an account reads it. Every failure is thrown as a SearchConsoleError. */
export type SearchConsole = {
  /** Gets what the next request needs, a token say, so that it leaves at once when it may. */
  ready?(signal: AbortSignal): Promise<void>;
  /** `arriving` gets the bytes of the answer that are there, while the rest still comes. */
  fetchPage(
    request: PageRequest,
    signal: AbortSignal,
    arriving?: (bytes: number) => void,
  ): Promise<Page>;
};

/** What an account may do with a property: `siteOwner`, `siteFullUser`, `siteRestrictedUser`, … */
export type Sites = {
  permissionLevel(siteUrl: string, signal: AbortSignal): Promise<string>;
};
