import { sideBySide } from "../../shared/lib/side-by-side.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import type { QuotaScope } from "../../shared/quota/quota.ts";
import { findReport } from "../../shared/request/find-report.ts";
import { addDays, parsePacificDate } from "../../shared/request/pacific-date.ts";
import type { RowStore } from "../../shared/rows/row-store.ts";
import { googleSearchConsole } from "../../shared/search-console/google-search-console.ts";
import { fetchUnit } from "../../shared/sync/fetch/fetch-unit.ts";
import {
  createPageMemoryBudget,
  workerPageBytes,
} from "../../shared/sync/fetch/page-memory-budget.ts";
import { createTakeMeter } from "../../shared/sync/fetch/take-meter.ts";
import { createMemoryQuota } from "../../test/support/stores/memory-quota.ts";

/** As many units as a worker fetches at once unless it is told otherwise. */
const unitsAtOnce = 5;
const plenty = 1_000_000_000;

/**
 * What a worker does between Google and the store: units side by side, each from its request to
 * its flip. Of the pipeline only the shared limiter and the ledger are left out.
 * @throws Error when a unit did not become visible with all its rows
 */
export async function ingestUnits(
  rows: RowStore,
  rootUrl: string,
  options: { readonly units: number; readonly rowsAUnit: number; readonly token: number },
): Promise<void> {
  const report = findReport("page_query");
  const first = parsePacificDate("2026-01-01");
  if (report === undefined || first === undefined) throw new Error("no report, no date");
  const quota = createMemoryQuota(systemClock);
  const scope: QuotaScope = {
    kind: "property",
    id: "bench",
    limit: plenty,
    budget: plenty,
    burst: plenty / 10,
  };
  const context = {
    ports: {
      searchConsole: googleSearchConsole({ rootUrl }),
      quota,
      rows,
      pageMemoryBudget: createPageMemoryBudget(workerPageBytes),
      clock: systemClock,
    },
    scopesNow: () => [scope],
    meter: createTakeMeter(Date.now),
    signal: new AbortController().signal,
  };
  const dates = Array.from({ length: options.units }, (_, day) => addDays(first, day));
  await sideBySide(dates, unitsAtOnce, async (date) => {
    const unit = { siteUrl: `sc-domain:bench-${options.token}.example`, report: report.id, date };
    const work = { unit, report, runId: "bench", token: options.token };
    const outcome = await fetchUnit(work, context);
    if (outcome.kind !== "done" || outcome.record.rows !== options.rowsAUnit) {
      throw new Error(`a unit ended as ${JSON.stringify(outcome)}`);
    }
  });
}
