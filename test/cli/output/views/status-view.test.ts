import { expect, test } from "vitest";
import { statusTable } from "../../../../cli/output/views/status-view.ts";
import { textWidth } from "../../../../cli/output/views/text-width.ts";
import { sampleSummary } from "../../../support/samples/run-samples.ts";

const summaries = [
  sampleSummary({
    runId: "run-2",
    status: "running",
    units: { planned: 150, complete: 75, failed: 1, skipped: 0 },
  }),
  sampleSummary({ runId: "run-1", status: "halted", reason: "halted from a terminal" }),
];

test("has a line a run in the order given, and a reason under its run", () => {
  const lines = statusTable(summaries, { width: 160, colour: false }).split("\n");
  expect(lines).toEqual([
    "run    property               range                  status       units     rows  duration",
    "run-2  sc-domain:example.com  2026-06-22…2026-11-18  ▶ running   76/150  245,310    24.6 s",
    "run-1  sc-domain:example.com  2026-06-22…2026-11-18  ■ halted   150/150  245,310    24.6 s",
    "  ↳ halted from a terminal",
  ]);
});

test("a narrow terminal gets property and range on a line of their own, whole", () => {
  const lines = statusTable(summaries, { width: 60, colour: false }).split("\n");
  expect(lines[2]).toBe("  sc-domain:example.com  2026-06-22…2026-11-18");
  expect(lines[1]).toMatch(/^run-2 .* 76\/150/);
});

test.each([20, 60, 80, 100])("fits %d columns", (width) => {
  const long = sampleSummary({ status: "failed", reason: "reason ".repeat(40) });
  for (const line of statusTable([...summaries, long], { width, colour: false }).split("\n")) {
    expect(textWidth(line)).toBeLessThanOrEqual(width);
  }
});

test("a run that finds a store away says since when, also while it tries again", () => {
  const at = {
    status: "running",
    outageSince: new Date(2026, 10, 21, 14, 20, 3).toISOString(),
  } as const;
  const since = "outage since 2026-11-21 14:20:03";
  const away = sampleSummary({ ...at, reason: "connect ECONNREFUSED" });
  const noteOf = (summary: typeof away) =>
    statusTable([summary], { width: 160, colour: false }).split("\n").at(-1);
  expect(noteOf(away)).toBe(`  ↳ connect ECONNREFUSED, ${since}`);
  expect(noteOf(sampleSummary(at))).toBe(`  ↳ ${since}`);
});

test("a run that had nothing to fetch is not shown as 0 of 0", () => {
  const units = { planned: 0, complete: 0, failed: 0, skipped: 150 };
  const text = statusTable([sampleSummary({ units })], { width: 160, colour: false });
  expect(text).toContain("all skipped");
});

test("says how to start when there are no runs", () => {
  expect(statusTable([], { width: 80, colour: false })).toContain("gsc-sync backfill");
});
