import type { PacificDate } from "../../request/pacific-date.ts";
import type { Report } from "../../request/report.ts";
import { googlePaging, type Paging } from "../../request/unit.ts";
import type { Page } from "../../search-console/search-console.ts";
import type { FetchPorts, ScopesNow } from "./fetch-ports.ts";
import { unboundedMemory } from "./page-memory-budget.ts";
import { type PageOutcome, requestPage } from "./request-page.ts";
import type { TakeMeter } from "./take-meter.ts";

export type UnitContext = {
  readonly ports: FetchPorts;
  readonly scopesNow: ScopesNow;
  readonly meter: TakeMeter;
  readonly signal: AbortSignal;
};

export type PagesOutcome =
  | { readonly kind: "read" }
  /** What kept a page from coming. */
  | Exclude<PageOutcome, { kind: "page" }>;

/** A request that begins a unit is put back rather than wait; one in its middle is worth a wait. */
const timeoutMs = { begins: 1_500, goesOn: 65_000 };

/**
 * Asks for a report's pages of a date, from row 0 to the short one or to Google's cap, and hands
 * each on before it asks for the next.
 */
export async function readPages(
  query: {
    readonly siteUrl: string;
    readonly date: PacificDate;
    readonly report: Report;
    /** No page of the unit has been asked for yet. */
    readonly beginsUnit: boolean;
  },
  context: UnitContext,
  take: (startRow: number, page: Page) => Promise<void>,
): Promise<PagesOutcome> {
  const { siteUrl, date, report } = query;
  const { paging = googlePaging, pageMemoryBudget = unboundedMemory } = context.ports;
  for (let startRow = 0; ; startRow += paging.pageRows) {
    const begins = query.beginsUnit && startRow === 0;
    const reservation = await pageMemoryBudget.reserve(`${siteUrl} ${report.id}`, context.signal);
    try {
      const outcome = await requestPage(
        { siteUrl, report, date, startRow },
        {
          ...context,
          timeoutMs: begins ? timeoutMs.begins : timeoutMs.goesOn,
          arriving: reservation.arriving,
        },
      );
      if (outcome.kind !== "page") return outcome;
      reservation.arrived(outcome.page.bytes ?? 0);
      await take(startRow, outcome.page);
      if (context.signal.aborted) return { kind: "aborted" };
      if (isLastPage(startRow, outcome.page, paging)) return { kind: "read" };
    } finally {
      reservation.release();
    }
  }
}

function isLastPage(startRow: number, page: Page, { pageRows, unitRowCap }: Paging): boolean {
  return page.rows.length < pageRows || startRow + pageRows >= unitRowCap;
}
