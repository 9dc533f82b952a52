import type { RowsPlace } from "../../shared/config/rows-place.ts";
import { sideBySide } from "../../shared/lib/side-by-side.ts";
import { defaultReportId, findReport } from "../../shared/request/find-report.ts";
import { reportShape } from "../../shared/request/report.ts";
import { keyedRows } from "../../shared/rows/keyed-rows.ts";
import { openRowStore } from "../../shared/rows/open-row-store.ts";
import { rowSet } from "../../shared/rows/row-set.ts";
import { benchDate, benchRows, benchSite } from "./lake-rows.ts";

// A process that stores units as a worker does, without asking anybody for them.
const {
  place,
  days,
  rows: count,
} = JSON.parse(process.argv[2] ?? "{}") as {
  readonly place: RowsPlace;
  readonly days: readonly number[];
  readonly rows: number;
};
const report = findReport(defaultReportId);
if (report === undefined) throw new Error("there is no default report");
const store = await openRowStore(place, undefined as never);
await sideBySide(days, 3, async (day) => {
  const unit = { siteUrl: benchSite, report: report.id, date: benchDate(day) };
  await store.beginGeneration(unit, 1, Date.now());
  const set = rowSet();
  const pages = [];
  for (let from = 0; from < count; from += 25_000) {
    const rows = keyedRows(benchRows(day, count).slice(from, from + 25_000));
    set.add(rows);
    pages.push({ startRow: from, rows: rows.fetchedRows });
    await store.writeRows(unit, 1, report, rows);
  }
  await store.completeUnit(
    {
      ...unit,
      ...set.figures(),
      generation: 1,
      runId: "bench",
      shape: reportShape(report),
      pages,
      capped: false,
      aggregation: "byPage",
      firstIncompleteDate: null,
      fetchedAtMs: Date.now(),
    },
    Date.now(),
  );
});
await store.close();
process.send?.({ memoryMb: Math.round(process.resourceUsage().maxRSS / 1_024) });
process.disconnect?.();
