import { hourMs } from "../shared/lib/durations.ts";
import { type PacificDate, pacificDateAt } from "../shared/request/pacific-date.ts";
import type { SearchType } from "../shared/request/report.ts";
import type { Row } from "../shared/request/row.ts";
import { aggregate } from "./aggregate.ts";
import { dayRowCount, dayRows } from "./day-rows.ts";
import {
  availableDates,
  collectedSoFar,
  completeness,
  firstIncompleteDate,
  revisionAt,
} from "./finality.ts";
import { hourText } from "./hours.ts";
import {
  type AnalyticsQuery,
  type SampleDimension,
  type SampleFilter,
  searchTypeOf,
} from "./query.ts";
import type { SampleProperty } from "./sample-properties.ts";
import { hourlyDelayMs } from "./split-rows.ts";

/** What is asked of a property, pages aside. */
export type RowQuestion = {
  readonly property: SampleProperty;
  readonly searchType: SearchType;
  readonly dimensions: readonly SampleDimension[];
  readonly dataState: AnalyticsQuery["dataState"];
  readonly aggregationType: AnalyticsQuery["aggregationType"];
  readonly filters: readonly SampleFilter[];
  readonly from: PacificDate;
  readonly to: PacificDate;
};

/** Body of a successful `searchAnalytics.query`. */
export type AnalyticsAnswer = {
  rows?: Row[];
  responseAggregationType: string;
  metadata?: { firstIncompleteDate: string } | { firstIncompleteHour: string };
};

export type Analytics = {
  /** `tieTurn`: ties stand in another order for another turn; undefined: in their usual one. */
  answer(
    property: SampleProperty,
    query: AnalyticsQuery,
    nowMs: number,
    tieTurn?: number,
  ): AnalyticsAnswer;
  /** Every row that Google would return, first page to last. */
  rows(question: RowQuestion, nowMs: number): readonly Row[];
  /** Rows of page × query that a day has, those above Google's cap included. */
  generatedRows(property: SampleProperty, searchType: SearchType, date: PacificDate): number;
};

/** The sample's answers: the same for the same seed, at whatever instant after a day is final. */
export function createSampleAnalytics(seed: number): Analytics {
  const cache = rowCache(200_000);

  function rows(question: RowQuestion, nowMs: number): readonly Row[] {
    const { property, searchType, dimensions, dataState, filters, from, to } = question;
    const today = pacificDateAt(nowMs);
    // The newest hours come hour by hour, everything else by revisions.
    const edition =
      dataState === "hourly_all" ? Math.floor(nowMs / hourMs) : `${today} ${revisionAt(nowMs)}`;
    const aggregation = aggregationOf(question);
    const parts = [property.siteUrl, searchType, dimensions, dataState, from, to, edition];
    return cache(JSON.stringify([...parts, aggregation, filters]), () => {
      const kept = availableDates(from, to, dataState, today);
      const days = kept.map((date) => {
        const rows = dayRows(seed, property, searchType, date);
        return { date, rows: collectedSoFar(rows, completeness(date, nowMs)) };
      });
      const byProperty = aggregation === "byProperty";
      return aggregate(days, { dimensions, filters, byProperty, nowMs });
    });
  }

  return {
    rows,
    answer(property, query, nowMs, tieTurn) {
      const question = questionOf(property, query);
      const usual = rows(question, nowMs);
      const all = tieTurn === undefined ? usual : movedTies(usual, tieTurn);
      const page = all.slice(query.startRow, query.startRow + query.rowLimit);
      const metadata = metadataOf(query, nowMs);
      return {
        ...(page.length === 0 ? {} : { rows: page }),
        responseAggregationType: aggregationOf(question),
        ...(metadata === undefined ? {} : { metadata }),
      };
    },
    generatedRows: (property, searchType, date) => dayRowCount(seed, property, searchType, date),
  };
}

function questionOf(property: SampleProperty, query: AnalyticsQuery): RowQuestion {
  const { dimensions, dataState, aggregationType, startDate: from, endDate: to } = query;
  const filters = query.dimensionFilterGroups.flatMap((group) => group.filters);
  const searchType = searchTypeOf(query);
  return { property, searchType, dimensions, dataState, aggregationType, filters, from, to };
}

/** Google says what is incomplete only to those who group by it. */
function metadataOf(query: AnalyticsQuery, nowMs: number): AnalyticsAnswer["metadata"] {
  const { dataState, dimensions, endDate } = query;
  const today = pacificDateAt(nowMs);
  const incomplete = firstIncompleteDate(today);
  if (dataState === "all" && dimensions.includes("date") && endDate >= incomplete) {
    return { firstIncompleteDate: incomplete };
  }
  if (dataState === "hourly_all" && endDate >= today) {
    return { firstIncompleteHour: hourText(nowMs - hourlyDelayMs) };
  }
  return undefined;
}

function aggregationOf(question: RowQuestion): Exclude<AnalyticsQuery["aggregationType"], "auto"> {
  const { aggregationType, searchType, dimensions, filters } = question;
  if (aggregationType !== "auto") return aggregationType;
  const isByPage =
    dimensions.includes("page") ||
    filters.some(({ dimension }) => dimension === "page") ||
    searchType === "discover" ||
    searchType === "googleNews";
  return isByPage ? "byPage" : "byProperty";
}

/**
 * The same rows, those of equal clicks in another order for another turn: Google promises none, and
 * a row can so stand on two pages, or on neither.
 */
function movedTies(rows: readonly Row[], turn: number): readonly Row[] {
  const moved: Row[] = [];
  for (let from = 0; from < rows.length; ) {
    let to = from + 1;
    while (to < rows.length && rows[to]?.clicks === rows[from]?.clicks) to += 1;
    const ties = rows.slice(from, to);
    const by = (turn * 7) % ties.length;
    moved.push(...ties.slice(by), ...ties.slice(0, by));
    from = to;
  }
  return moved;
}

/** Remembers answers, least recently used first out, up to about `mostRows` rows in all. */
function rowCache(mostRows: number) {
  const kept = new Map<string, readonly Row[]>();
  let held = 0;
  return (key: string, make: () => readonly Row[]): readonly Row[] => {
    const found = kept.get(key);
    const rows = found ?? make();
    kept.delete(key);
    kept.set(key, rows);
    if (found === undefined) held += rows.length;
    for (const [oldest, oldRows] of kept) {
      if (held <= mostRows || oldest === key) break;
      kept.delete(oldest);
      held -= oldRows.length;
    }
    return rows;
  };
}
