import { type PacificDate, pacificDateAt } from "../../shared/plan/pacific-date.ts";
import type { SearchType } from "../../shared/plan/report.ts";
import type { Row } from "../../shared/rows/row.ts";
import { aggregate } from "./aggregate.ts";
import { type AnalyticsQuery, type SampleDimension, searchTypeOf } from "./analytics-query.ts";
import { dayRowCount, dayRows } from "./day-rows.ts";
import { availableDates, collectedSoFar, completeness, firstIncompleteDate } from "./finality.ts";
import { rowCache } from "./row-cache.ts";
import type { SampleProperty } from "./sample-properties.ts";

/** What is asked of a property, pages aside. */
export type RowQuestion = {
  readonly property: SampleProperty;
  readonly searchType: SearchType;
  readonly dimensions: readonly SampleDimension[];
  readonly dataState: "final" | "all";
  readonly from: PacificDate;
  readonly to: PacificDate;
};

export type Analytics = {
  /** Body of a successful `searchAnalytics.query`. */
  answer(property: SampleProperty, query: AnalyticsQuery, nowMs: number): object;
  /** Every row that Google would tell, first page to last. */
  rows(question: RowQuestion, nowMs: number): readonly Row[];
  /** Rows of page × query that a day has, those above Google's cap included. */
  generatedRows(property: SampleProperty, searchType: SearchType, date: PacificDate): number;
};

/** The sample's answers: the same for the same seed, at whatever instant after a day is final. */
export function sampleAnalytics(seed: number): Analytics {
  const cache = rowCache(200_000);

  function rows(question: RowQuestion, nowMs: number): readonly Row[] {
    const { property, searchType, dimensions, dataState, from, to } = question;
    const today = pacificDateAt(nowMs);
    const key = [property.siteUrl, searchType, dimensions, dataState, from, to, today].join("\n");
    return cache(key, () => {
      const kept = availableDates(from, to, dataState, today);
      const days = kept.map((date) => {
        const rows = dayRows(seed, property, searchType, date);
        return { date, rows: collectedSoFar(rows, completeness(date, today)) };
      });
      return aggregate(days, dimensions);
    });
  }

  return {
    rows,
    answer(property, query, nowMs) {
      const { dimensions, dataState, startDate: from, endDate: to, startRow, rowLimit } = query;
      const searchType = searchTypeOf(query);
      const all = rows({ property, searchType, dimensions, dataState, from, to }, nowMs);
      const page = all.slice(startRow, startRow + rowLimit);
      const incomplete = firstIncompleteDate(pacificDateAt(nowMs));
      return {
        ...(page.length === 0 ? {} : { rows: page }),
        responseAggregationType: aggregationOf(query),
        ...(dataState === "all" && to >= incomplete
          ? { metadata: { first_incomplete_date: incomplete } }
          : {}),
      };
    },
    generatedRows: (property, searchType, date) => dayRowCount(seed, property, searchType, date),
  };
}

function aggregationOf(query: AnalyticsQuery): "byPage" | "byProperty" {
  if (query.aggregationType !== "auto") return query.aggregationType;
  const type = searchTypeOf(query);
  const isByPage =
    query.dimensions.includes("page") || type === "discover" || type === "googleNews";
  return isByPage ? "byPage" : "byProperty";
}
