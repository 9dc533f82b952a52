import type { PacificDate } from "../../request/pacific-date.ts";
import { type Report, reportShape } from "../../request/report.ts";
import { oldestSureDate } from "../../request/report-faults.ts";
import {
  appearanceList,
  reportOfAppearance,
  takesTwoSteps,
  withAppearance,
} from "../../request/search-appearance.ts";
import { googlePaging, type Paging, type Unit } from "../../request/unit.ts";
import { type KeyedRows, keyedRows } from "../../rows/keyed-rows.ts";
import { rowSet } from "../../rows/row-set.ts";
import type { PageFigures, UnitRecord } from "../../rows/unit-record.ts";
import type { Page } from "../../search-console/search-console.ts";
import { type PagesOutcome, readPages, type UnitContext } from "./read-pages.ts";
import type { PageOutcome } from "./request-page.ts";

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

/**
 * Fetches a unit from row 0 to its short page, writes its rows unseen and then flips the unit to
 * them. When tied rows moved between pages, some of the unit may have been missed: it is fetched
 * once more, then recorded as it is.
 */
export async function fetchUnit(work: UnitWork, context: UnitContext): Promise<UnitOutcome> {
  const { rows: store, clock } = context.ports;
  const { unit, token } = work;
  await store.beginGeneration(unit, token, clock.nowMs());
  const first = await fetchOnce(work, context);
  if (first.kind !== "done" || first.record.rows === first.record.fetchedRows) {
    return flip(first, work, context);
  }
  await store.clearGeneration(unit, token);
  return flip(await fetchOnce(work, context), work, context);
}

async function fetchOnce(work: UnitWork, context: UnitContext): Promise<UnitOutcome> {
  const { unit, report, runId, token } = work;
  const fetchedAtMs = context.ports.clock.nowMs();
  const gathered = gatherUnit(context.ports.paging);
  const outcome = takesTwoSteps(report)
    ? await fetchByAppearance(work, gathered, context)
    : await fetchReport(work, gathered, context);
  if (outcome.kind !== "read") return outcome;
  const shape = reportShape(report);
  const figures = gathered.figures();
  return {
    kind: "done",
    record: { ...unit, ...figures, generation: token, runId, shape, fetchedAtMs },
  };
}

async function fetchReport(
  work: UnitWork,
  gathered: Gathered,
  context: UnitContext,
): Promise<PagesOutcome> {
  const query = { ...work.unit, report: work.report, beginsUnit: true };
  return readPages(query, context, async (startRow, page) => {
    const rows = keyedRows(page.rows);
    gathered.add({ startRow, rows: page.rows.length }, page, rows);
    await write(rows, work, context);
  });
}

/**
 * The two steps of a report by search appearance, as one unit: every request is claimed as any
 * other, and all rows are of one generation, so that a day never shows some of its appearances.
 */
async function fetchByAppearance(
  work: UnitWork,
  gathered: Gathered,
  context: UnitContext,
): Promise<PagesOutcome> {
  const { unit, report } = work;
  const appearances: string[] = [];
  const list = { ...unit, report: appearanceList(report), beginsUnit: true };
  const listed = await readPages(list, context, async (startRow, page) => {
    gathered.add({ startRow, rows: page.rows.length }, page, keyedRows([]));
    appearances.push(...appearancesOf(page));
  });
  if (listed.kind !== "read") return listed;
  for (const searchAppearance of new Set(appearances)) {
    const filtered = reportOfAppearance(report, searchAppearance);
    const query = { ...unit, report: filtered, beginsUnit: false };
    const read = await readPages(query, context, async (startRow, page) => {
      const rows = keyedRows(withAppearance(report, searchAppearance, page.rows));
      gathered.add({ startRow, rows: page.rows.length, searchAppearance }, page, rows);
      await write(rows, work, context);
    });
    if (read.kind === "failed") {
      // The unit fails as a whole: a day never shows some of its appearances.
      return { ...read, error: `search appearance ${searchAppearance}: ${read.error}` };
    }
    if (read.kind !== "read") return read;
  }
  return { kind: "read" };
}

function appearancesOf(page: Page): readonly string[] {
  return page.rows.flatMap((row) => row.keys);
}

async function write(rows: KeyedRows, work: UnitWork, context: UnitContext): Promise<void> {
  if (rows.fetchedRows === 0) return;
  await context.ports.rows.writeRows(work.unit, work.token, work.report, rows);
}

async function flip(
  outcome: UnitOutcome,
  work: UnitWork,
  context: UnitContext,
): Promise<UnitOutcome> {
  if (outcome.kind !== "done") return outcome;
  const kept = outcome.record.rows === 0 ? await rowsToKeep(work, context) : undefined;
  if (kept !== undefined) return { kind: "done", record: kept };
  const answer = await context.ports.rows.completeUnit(outcome.record, context.ports.clock.nowMs());
  if (answer === "flipped") return outcome;
  const error = "a newer take has stored this unit";
  return { kind: "failed", final: false, error, notBeforeMs: 0 };
}

/**
 * The unit as it is stored, when it has rows of a day that Google may not keep any more: they exist
 * nowhere else, and an empty answer says nothing of them.
 */
async function rowsToKeep(
  { unit, report }: UnitWork,
  { ports }: UnitContext,
): Promise<UnitRecord | undefined> {
  const { siteUrl, date } = unit;
  if (date >= oldestSureDate(report, ports.clock.nowMs())) return undefined;
  const query = { siteUrl, from: date, to: date, reports: [unit.report] };
  const [stored] = await ports.rows.readUnits(query);
  return stored !== undefined && stored.rows > 0 ? stored : undefined;
}

/** What a unit record says of its pages. */
type UnitFigures = Omit<
  UnitRecord,
  "siteUrl" | "report" | "date" | "generation" | "runId" | "shape" | "fetchedAtMs"
>;

/** A unit's pages, added up as they come in. */
type Gathered = {
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
