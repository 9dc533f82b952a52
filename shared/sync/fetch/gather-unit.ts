import type { PacificDate } from "../../request/pacific-date.ts";
import { googlePaging, type Paging } from "../../request/unit.ts";
import type { KeyedRows } from "../../rows/keyed-rows.ts";
import { rowSet } from "../../rows/row-set.ts";
import type { PageFigures, UnitRecord } from "../../rows/unit-record.ts";
import type { Page } from "../../search-console/search-console.ts";

/** What a unit record says of its pages. */
export type UnitFigures = Omit<
  UnitRecord,
  "siteUrl" | "report" | "date" | "generation" | "runId" | "shape" | "fetchedAtMs"
>;

/** A unit's pages, added up as they come in. */
export type Gathered = {
  /** `stored`: what of the page is stored; nothing of a page that only says what to ask next. */
  add(figures: PageFigures, page: Page, stored: KeyedRows): void;
  pageCount(): number;
  figures(): UnitFigures;
};

export function gatherUnit({ unitRowCap }: Paging = googlePaging): Gathered {
  const pages: PageFigures[] = [];
  const set = rowSet();
  let aggregation: string | null = null;
  let firstIncompleteDate: PacificDate | null = null;
  let capped = false;

  return {
    add(figures, page, stored) {
      pages.push(figures);
      set.add(stored);
      aggregation = page.aggregation ?? aggregation;
      firstIncompleteDate = earlier(firstIncompleteDate, page.firstIncompleteDate);
      if (stored.fetchedRows > 0 && figures.startRow + page.rows.length >= unitRowCap)
        capped = true;
    },
    pageCount: () => pages.length,
    figures: () => ({ ...set.figures(), pages, capped, aggregation, firstIncompleteDate }),
  };
}

function earlier(a: PacificDate | null, b: PacificDate | null): PacificDate | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}
