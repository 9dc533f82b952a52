import { onTestFinished } from "vitest";
import { startSampleSearchConsole } from "../../../sample-search-console/sample-search-console.ts";
import { quotaScopes } from "../../../shared/quota/scopes.ts";
import { findReport } from "../../../shared/request/find-report.ts";
import type { PacificDate } from "../../../shared/request/pacific-date.ts";
import { googleSearchConsole } from "../../../shared/search-console/google-search-console.ts";
import type { SearchConsole } from "../../../shared/search-console/search-console.ts";
import { fetchUnit } from "../../../shared/sync/fetch/fetch-unit.ts";
import { createTakeMeter } from "../../../shared/sync/fetch/take-meter.ts";
import { createMemoryQuota } from "../stores/memory-quota.ts";
import { memoryRowStore } from "../stores/memory-row-store.ts";

const siteUrl = "sc-domain:sample.example";

/** Units of a built-in report, fetched from a sample server of the test's own into memory. */
export async function sampleFetch(
  reportId: string,
  date: PacificDate,
  nowMs: () => number,
  /** Stands before the server. */
  between = (searchConsole: SearchConsole) => searchConsole,
) {
  const report = findReport(reportId);
  if (report === undefined) throw new Error(`no report ${reportId}`);
  const server = await startSampleSearchConsole({ nowMs });
  onTestFinished(() => server.stop());
  const rows = memoryRowStore();
  const quota = createMemoryQuota({ nowMs });
  const scopes = quotaScopes({ siteUrl, accountId: "a", projectId: "p", qpm: undefined });
  const unit = { siteUrl, report: report.id, date };
  return {
    server,
    rows,
    unit,
    claimed: async () => (await quota.usage(scopes))[0]?.used,
    fetch: (token: number) =>
      fetchUnit(
        { unit, report, runId: "run-1", token },
        {
          ports: {
            searchConsole: between(googleSearchConsole({ rootUrl: server.url })),
            quota,
            rows,
            clock: { nowMs, random: () => 0, sleep: async () => {} },
          },
          scopesNow: () => scopes,
          meter: createTakeMeter(nowMs),
          signal: new AbortController().signal,
        },
      ),
  };
}
