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
import { movedTies } from "./moved-ties.ts";
import {
  type AnalyticsQuery,
  type SampleDimension,
  type SampleFilter,
  searchTypeOf,
} from "./query.ts";
import { rowCache } from "./row-cache.ts";
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
  /** Every row that Google would tell, first page to last. */
  rows(question: RowQuestion, nowMs: number): readonly Row[];
  /** Rows of page × query that a day has, those above Google's cap included. */
  generatedRows(property: SampleProperty, searchType: SearchType, date: PacificDate): number;
};

/** The sample's answers: the same for the same seed, at whatever instant after a day is final. */
export function sampleAnalytics(seed: number): Analytics {
  const cache = rowCache(200_000);

  function rows(question: RowQuestion, nowMs: number): readonly Row[] {
    const { property, searchType, dimensions, dataState, filters, from, to } = question;
    const today = pacificDateAt(nowMs);
    // The newest hours come hour by hour, everything else by revisions.
    const edition =
      dataState === "hourly_all" ? Math.floor(nowMs / 3_600_000) : `${today} ${revisionAt(nowMs)}`;
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
