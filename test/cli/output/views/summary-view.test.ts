import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { summaryText } from "../../../../cli/output/views/summary-view.ts";
import { runStatuses } from "../../../../shared/ledger/run.ts";
import { sampleSummary } from "../../../support/samples/run-samples.ts";

const plain = { colour: false };

test("a complete run is told in aligned lines, without a figure that is zero", () => {
  const text = summaryText(sampleSummary(), { ...plain, store: ".gsc-sync (view search_rows)" });
  expect(text.split("\n")).toEqual([
    "✔ Complete",
    "  sc-domain:example.com, 2026-06-22 to 2026-11-18",
    "  run backfill-20261121-120000",
    "",
    "  units     150 of 150 complete",
    "  rows      245,310 (9,972 a second)",
    "  requests  153 for 150 pages",
    "  time      24.6 s",
    "  QPM       average 153, peak 153 (warning at 960, Google's limit 1,200)",
    "  batches   21, p50 1.2 s, p95 3.9 s, p99 4.1 s",
    "  peaks     queue 19, in flight 5, memory 212 MiB a worker",
    "  store     .gsc-sync (view search_rows)",
  ]);
});

test("what went wrong on the way is told when there was any", () => {
  const text = summaryText(
    sampleSummary({
      duplicates: 3,
      retries: 1,
      quota: { approaching: 0, exceeded: 2, deferred: 1_200 },
      units: { planned: 150, complete: 120, failed: 0, skipped: 30 },
    }),
    plain,
  );
  expect(text).toContain("3 repeated by Google, stored once");
  expect(text).toContain("153 for 150 pages, 1 retry");
  expect(text).toContain("Google refused 2 requests, our limiter held back 1,200 claims");
  expect(text).toContain("120 of 150 complete, 30 skipped (complete and final before)");
});

describe("a run that did not end well", () => {
  test("halted: says why and how to go on", () => {
    const text = summaryText(
      sampleSummary({ status: "halted", reason: "halted from a terminal" }),
      plain,
    );
    expect(text.split("\n")[0]).toBe("■ Halted: halted from a terminal");
    expect(text).toContain("gsc-sync resume backfill-20261121-120000");
  });

  test("failed: says why", () => {
    const text = summaryText(sampleSummary({ status: "failed", reason: "no permission" }), plain);
    expect(text.split("\n")[0]).toBe("✘ Failed: no permission");
  });

  test("completed with failures: says how many units and where to look", () => {
    const text = summaryText(
      sampleSummary({
        status: "completed_with_failures",
        units: { planned: 1_500, complete: 450, failed: 1_050, skipped: 0 },
      }),
      plain,
    );
    expect(text.split("\n")[0]).toBe("✘ Completed with failures (1,050 failed)");
    expect(text).toContain("450 of 1,500 complete, 1,050 failed");
    expect(text).toContain(
      "gsc-sync units --site-url sc-domain:example.com --from 2026-06-22 --to 2026-11-18",
    );
  });
});

describe("a run with nothing to fetch", () => {
  const idle = {
    requests: 0,
    pages: 0,
    rows: 0,
    batch: { count: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0 },
  };

  test("says so in a sentence, without figures", () => {
    const units = { planned: 0, complete: 0, failed: 0, skipped: 150 };
    const text = summaryText(sampleSummary({ ...idle, units }), plain);
    expect(text).toContain("nothing to fetch: all 150 units are complete and final");
    expect(text).not.toMatch(/requests|QPM|batches|peaks/);
  });

  test("that failed before it planned is no success", () => {
    const units = { planned: 0, complete: 0, failed: 0, skipped: 0 };
    const failed = sampleSummary({ ...idle, units, status: "failed", reason: "no permission" });
    expect(summaryText(failed, plain)).not.toContain("nothing to fetch");
  });
});

test.each(runStatuses)(
  "%s: colour changes no character, and is absent when not asked for",
  (status) => {
    const summary = sampleSummary({ status, reason: "why" });
    const text = summaryText(summary, plain);
    const coloured = summaryText(summary, { colour: true });
    expect(text).not.toContain("\u001b");
    expect(coloured).not.toBe(text);
    expect(stripVTControlCharacters(coloured)).toBe(text);
  },
);

test("a peak at the warning line or past the limit stands out", () => {
  const line = (peak: number) =>
    summaryText(sampleSummary({ qpm: { average: 800, peak } }), { colour: true })
      .split("\n")
      .find((text) => text.includes("QPM"));
  const [calm, warned, over] = [959, 960, 1_200].map(line);
  expect(calm).not.toContain("\u001b[33m");
  expect(warned).toContain("\u001b[33m");
  expect(over).toContain("\u001b[31m");
});
