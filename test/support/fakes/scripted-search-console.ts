import type { Clock } from "../../../shared/lib/clock.ts";
import type { Row } from "../../../shared/request/row.ts";
import { pageRows } from "../../../shared/request/unit.ts";
import type { PageRequest, SearchConsole } from "../../../shared/search-console/search-console.ts";
import {
  SearchConsoleError,
  type SearchConsoleFailure,
} from "../../../shared/search-console/search-console-error.ts";
import { sampleRows } from "../samples/row-samples.ts";

export type Script = {
  /** A unit's rows, as pages are cut from them. Three unless told otherwise. */
  readonly rowsOf?: (date: string) => readonly Row[];
  /** What the nth send (from 1) of a page fails with. It may change the world as well. */
  readonly fault?: (request: PageRequest, nth: number) => unknown;
  /** Another answer to the nth send of a page than the cut one. */
  readonly page?: (request: PageRequest, nth: number) => readonly Row[] | undefined;
  /** Time that an answer takes. */
  readonly latencyMs?: number;
};

export type ScriptedSearchConsole = SearchConsole & {
  /** Every request sent, in order. */
  readonly sent: readonly SentRequest[];
  /** Most requests that were under way at once, and those given up under way. */
  readonly seen: { readonly mostAtOnce: number; readonly aborted: number };
};

export type SentRequest = {
  readonly date: string;
  readonly startRow: number;
  readonly atMs: number;
};

/** Search Console as a test writes it. */
export function scriptedSearchConsole(clock: Clock, script: Script): ScriptedSearchConsole {
  const rowsOf = script.rowsOf ?? defaultRows;
  const sent: SentRequest[] = [];
  const seen = { mostAtOnce: 0, aborted: 0 };
  let atOnce = 0;
  return {
    sent,
    seen,
    async fetchPage(request, signal) {
      const { date, startRow } = request;
      const same = (other: SentRequest) => other.date === date && other.startRow === startRow;
      sent.push({ date, startRow, atMs: clock.nowMs() });
      const nth = sent.filter(same).length;
      const fault = script.fault?.(request, nth);
      atOnce += 1;
      seen.mostAtOnce = Math.max(seen.mostAtOnce, atOnce);
      await clock.sleep(script.latencyMs ?? 100, signal);
      atOnce -= 1;
      if (signal.aborted) {
        seen.aborted += 1;
        throw failure({ kind: "aborted" });
      }
      if (fault !== undefined) throw fault;
      const rows = script.page?.(request, nth) ?? rowsOf(date).slice(startRow, startRow + pageRows);
      return { rows, aggregation: "byPage", firstIncompleteDate: null };
    },
  };
}

export function defaultRows(date: string): readonly Row[] {
  return sampleRows(3, date);
}

export function failure(of: SearchConsoleFailure): SearchConsoleError {
  return new SearchConsoleError(`Google says ${of.kind}`, {
    failure: of,
    status: null,
    reason: of.kind,
  });
}

export function transient(retryAfterMs: number | null = null): SearchConsoleError {
  return failure({ kind: "transient", retryAfterMs });
}

export function refusal(period: "second" | "minute" | "load" | "day"): SearchConsoleError {
  return failure({ kind: "quota", period, scope: "property", retryAfterMs: null });
}
