import type { Report } from "../plan/report.ts";
import { pageRows, type Unit, unitRowCap } from "../plan/unit.ts";
import { rowSet } from "../rows/row-set.ts";
import type { PageFigures, UnitRecord } from "../rows/unit-record.ts";
import type { Page } from "../search-console/search-console.ts";
import type { FetchPorts, FetchScopes } from "./fetch-ports.ts";
import { type PageOutcome, requestPage } from "./request-page.ts";
import type { TakeMeter } from "./take-meter.ts";

export type UnitOutcome =
  | { readonly kind: "done"; readonly record: UnitRecord }
  | Exclude<PageOutcome, { kind: "page" }>;

export type UnitWork = {
  readonly unit: Unit;
  readonly report: Report;
  readonly runId: string;
  /** The take's token: the generation that the rows are written under. */
  readonly token: number;
};

type Context = {
  readonly ports: FetchPorts;
  readonly scopes: FetchScopes;
  readonly meter: TakeMeter;
  readonly signal: AbortSignal;
};

/**
 * Fetches a unit from row 0 to its short page, writes its rows unseen and then flips the unit to
 * them. When tied rows moved between pages, some of the unit may have been missed: it is fetched
 * once more, then recorded as it is.
 */
export async function fetchUnit(work: UnitWork, context: Context): Promise<UnitOutcome> {
  const { rows: store, clock } = context.ports;
  const { unit, token } = work;
  await store.beginGeneration(unit, token, clock.nowMs());
  const first = await fetchPages(work, context);
  if (first.kind !== "done" || first.record.rows === first.record.fetchedRows) {
    return flip(first, context);
  }
  await store.clearGeneration(unit, token);
  return flip(await fetchPages(work, context), context);
}

/** A request that begins a unit is put back rather than wait; one in its middle is worth a wait. */
const patienceMs = { firstPage: 1_500, laterPage: 65_000 };

async function fetchPages(work: UnitWork, context: Context): Promise<UnitOutcome> {
  const { unit, report, token } = work;
  const { rows: store, clock } = context.ports;
  const fetchedAtMs = clock.nowMs();
  const pages: PageFigures[] = [];
  const set = rowSet();
  for (let startRow = 0; ; startRow += pageRows) {
    const outcome = await requestPage(
      { siteUrl: unit.siteUrl, report, date: unit.date, startRow },
      {
        ...context,
        patienceMs: startRow === 0 ? patienceMs.firstPage : patienceMs.laterPage,
      },
    );
    if (outcome.kind !== "page") return outcome;
    const { page } = outcome;
    pages.push({ startRow, rows: page.rows.length });
    set.add(page.rows);
    if (page.rows.length > 0) await store.writeRows(unit, token, report, page.rows);
    if (context.signal.aborted) return { kind: "aborted" };
    if (isLastPage(startRow, page)) {
      const figures = set.figures();
      return {
        kind: "done",
        record: {
          ...unit,
          ...figures,
          pages,
          generation: token,
          runId: work.runId,
          capped: figures.fetchedRows >= unitRowCap,
          aggregation: page.aggregation,
          firstIncompleteDate: page.firstIncompleteDate,
          fetchedAtMs,
        },
      };
    }
  }
}

function isLastPage(startRow: number, page: Page): boolean {
  return page.rows.length < pageRows || startRow + pageRows >= unitRowCap;
}

async function flip(outcome: UnitOutcome, context: Context): Promise<UnitOutcome> {
  if (outcome.kind !== "done") return outcome;
  const answer = await context.ports.rows.completeUnit(outcome.record, context.ports.clock.nowMs());
  if (answer === "flipped") return outcome;
  const error = "a newer take has stored this unit";
  return { kind: "failed", final: false, error, notBeforeMs: 0 };
}
