import { addDays, daysBetween, type PacificDate } from "../../shared/request/pacific-date.ts";
import type { Row } from "../../shared/request/row.ts";
import type { Page, PageRequest } from "../../shared/search-console/search-console.ts";
import { failure, refusal, transient } from "../support/fakes/scripted-search-console.ts";
import type { Dice } from "./dice.ts";
import type { Faults } from "./faults.ts";
import type { Scenario } from "./scenario.ts";

/** A page request as it arrived. */
export type Arrival = {
  readonly atMs: number;
  readonly date: PacificDate;
  readonly startRow: number;
  readonly by: string;
  /** Whoever sent it had stood still since its grant: no limiter can hold that back. */
  readonly late: boolean;
};

/** What Google holds: rows a day, which it may revise, but never more or fewer of them. */
export type Truth = {
  readonly firstDate: PacificDate;
  readonly dates: readonly PacificDate[];
  rows(date: PacificDate): readonly Row[];
  /** What is wrong with these visible rows of a day; null: they are what a careful person read. */
  faultOf(
    date: PacificDate,
    rows: readonly { page: string | null; clicks: number }[],
  ): string | null;
};

/** Answers pages of what is true when it is asked, or fails as its faults have it. */
export type SimulatedSearchConsole = {
  readonly truth: Truth;
  readonly arrivals: Arrival[];
  /** Gives every row of every day other figures. */
  revise(): void;
  /** The answer to a request that arrives now: a page, or an error to throw. */
  answer(request: PageRequest, arrival: Omit<Arrival, "date" | "startRow">): Page | Error;
};

/** Clicks hold the revision of a row, so that what is visible tells when it was read. */
const clicksARevision = 100;

export function simulatedSearchConsole(
  scenario: Scenario,
  firstDate: PacificDate,
  { dice, faults }: { readonly dice: Dice; readonly faults: Faults },
): SimulatedSearchConsole {
  const { pageRows } = scenario.paging;
  const dates = scenario.rowCounts.map((_, index) => addDays(firstDate, index));
  const revisions = dates.map(() => 0);
  const movedTies = new Set<PacificDate>();
  const arrivals: Arrival[] = [];

  function rowAt(date: PacificDate, index: number, revision: number): Row {
    const clicks = revision * clicksARevision + index;
    return {
      keys: [pageUrl(date, index), `query ${index}`],
      clicks,
      impressions: clicks + 7,
      ctr: 0.5,
      position: index + 1,
    };
  }

  function rows(date: PacificDate): readonly Row[] {
    const index = daysBetween(firstDate, date);
    const count = scenario.rowCounts[index] ?? 0;
    return Array.from({ length: count }, (_, at) => rowAt(date, at, revisions[index] ?? 0));
  }

  const truth: Truth = {
    firstDate,
    dates,
    rows,
    faultOf(date, visible) {
      const wanted = scenario.rowCounts[daysBetween(firstDate, date)] ?? 0;
      const byPage = new Map(visible.map((row) => [row.page, row]));
      if (byPage.size !== visible.length) return `${date} has rows twice`;
      if (visible.length !== wanted) return `${date} has ${visible.length} rows, not ${wanted}`;
      let before = 0;
      for (let index = 0; index < wanted; index += 1) {
        const row = byPage.get(pageUrl(date, index));
        if (row === undefined) return `${date} lacks row ${index}`;
        const revision = (row.clicks - index) / clicksARevision;
        const startsPage = index % pageRows === 0;
        if (revision < before || (revision !== before && !startsPage)) {
          return `${date} mixes revisions within a page at row ${index}`;
        }
        before = revision;
      }
      return null;
    },
  };

  return {
    truth,
    arrivals,
    revise() {
      for (const [index, revision] of revisions.entries()) revisions[index] = revision + 1;
    },
    answer(request, arrival) {
      const { date, startRow } = request;
      const index = daysBetween(firstDate, date);
      arrivals.push({ ...arrival, date, startRow });
      if (faults.strikes("revision")) revisions[index] = (revisions[index] ?? 0) + 1;
      if (faults.strikes("credentials")) return failure({ kind: "credentials" });
      if (scenario.invalidDays.has(index)) return failure({ kind: "invalid" });
      if (faults.strikes("stale-token")) return failure({ kind: "stale-token" });
      if (faults.strikes("google-fault")) {
        return transient(dice.chance(0.2) ? dice.between(500, 20_000) : null);
      }
      if (faults.strikes("google-refusal")) {
        return refusal(dice.pick(["second", "second", "minute", "minute", "load", "day"]));
      }
      const cut = rows(date).slice(startRow, startRow + pageRows);
      const [, ...rest] = cut;
      const tied = rowAt(date, startRow - 1, revisions[index] ?? 0);
      const moves = startRow > 0 && cut.length > 0 && !movedTies.has(date);
      if (moves && faults.strikes("moved-ties")) {
        movedTies.add(date);
        return pageOf([tied, ...rest]);
      }
      return pageOf(cut);
    },
  };
}

/** A row has a byte. */
function pageOf(rows: readonly Row[]): Page {
  return { rows, aggregation: "byPage", firstIncompleteDate: null, bytes: rows.length };
}

function pageUrl(date: PacificDate, index: number): string {
  return `https://example.com/${date}/${index}`;
}
