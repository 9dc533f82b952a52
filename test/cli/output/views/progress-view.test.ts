import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { localTime } from "../../../../cli/output/views/format.ts";
import { progressBlock, progressLine } from "../../../../cli/output/views/progress-view.ts";
import { textWidth } from "../../../../cli/output/views/text-width.ts";
import { sampleNowMs, sampleSnapshot } from "../../../support/samples/run-samples.ts";

const nowMs = sampleNowMs;
const plain = { width: 80, colour: false, nowMs };

const failing = sampleSnapshot(
  {},
  { retries: 5, units: { planned: 150, complete: 70, failed: 2, skipped: 30 } },
);

const waiting = sampleSnapshot({
  status: "waiting",
  waitingUntilMs: nowMs + 42_000,
  inFlight: {},
  reason: "Google refused: its load quota (10 minutes) is used up",
});

describe("the live display", () => {
  test("tells how far the run is, how fast, and against which limits", () => {
    expect(progressBlock(sampleSnapshot(), plain).split("\n")).toEqual([
      "▶ running  sc-domain:example.com  backfill-20261121-120000",
      `${"█".repeat(25)}${"░".repeat(25)}   50 %  75 of 150 units`,
      "rows       122,655 (4,000/s)        sent       153 requests",
      "requests   812/min of 940           queue      12 of 1,000",
      "workers    2 of 3                   in flight  3 of 10",
      "elapsed    1 m 05 s                 left       about 30 s",
    ]);
  });

  test.each([1, 5, 20, 40, 60, 80, 100, 112, 160, 300])("fits %d columns", (width) => {
    for (const snapshot of [sampleSnapshot(), failing, waiting]) {
      const block = progressBlock(snapshot, { width, colour: true, nowMs });
      for (const line of stripVTControlCharacters(block).split("\n")) {
        expect(textWidth(line)).toBeLessThanOrEqual(width);
      }
    }
  });

  test("at 60 columns still shows the run's id and every figure whole", () => {
    const block = progressBlock(sampleSnapshot(), { ...plain, width: 60 });
    expect(block).not.toContain("…");
    expect(block).toContain("backfill-20261121-120000");
    expect(block.split("\n")).toHaveLength(6);
  });

  test("fits a property in wide characters", () => {
    const snapshot = sampleSnapshot({ siteUrl: `https://例え.テスト/${"東".repeat(60)}/` });
    for (const line of progressBlock(snapshot, plain).split("\n")) {
      expect(textWidth(line)).toBeLessThanOrEqual(80);
    }
  });

  test("a run that finds a store away says since when", () => {
    const away = sampleSnapshot({ reason: "connect ECONNREFUSED", outageSinceMs: nowMs - 60_000 });
    expect(progressBlock(away, { ...plain, width: 120 })).toMatch(
      /connect ECONNREFUSED, outage since \d\d:\d\d:\d\d/,
    );
  });

  test("a run that waits says for what, until when and how long still", () => {
    const block = progressBlock(waiting, { ...plain, width: 120 });
    expect(block).toContain(
      `waiting    until ${localTime(nowMs + 42_000, nowMs)} (in 42 s): Google refused: its load quota (10 minutes) is used up`,
    );
    expect(block).toContain("left       after the wait");
    expect(progressBlock(waiting, { ...plain, nowMs: nowMs + 30_000 })).toContain("(in 12 s)");
  });

  test("a run that halts says why", () => {
    const halting = sampleSnapshot({ status: "halting", reason: "halted from a terminal" });
    expect(progressBlock(halting, plain)).toContain("halting    halted from a terminal");
  });

  test("failed units and retries are shown only when there are any", () => {
    expect(progressBlock(sampleSnapshot(), plain)).not.toContain("trouble");
    expect(progressBlock(failing, plain)).toContain("trouble    2 units failed · 5 retries");
  });

  test("units that were skipped are shown apart from those done", () => {
    expect(progressBlock(failing, plain)).toContain("72 of 150 units (30 skipped)");
  });

  test("a planned run has no figures yet", () => {
    const lines = progressBlock(sampleSnapshot({ status: "planned" }), plain).split("\n");
    expect(lines).toEqual(["○ planning  sc-domain:example.com  backfill-20261121-120000"]);
  });

  test("has colour only where it is asked for", () => {
    expect(progressBlock(failing, plain)).not.toContain("\u001b");
    const coloured = progressBlock(failing, { ...plain, colour: true });
    expect(coloured).toContain("\u001b[");
    expect(stripVTControlCharacters(coloured)).toBe(progressBlock(failing, plain));
  });

  test("a property's name cannot repaint the screen", () => {
    const hostile = sampleSnapshot({ siteUrl: "https://e.com/\u001b[2J\r\n/" });
    const block = progressBlock(hostile, plain);
    expect(block).not.toContain("\u001b");
    expect(block.split("\n")).toHaveLength(6);
  });
});

describe("time left", () => {
  const left = (history: readonly { atMs: number; units: number; rows: number }[]) =>
    /left {7}(.*)/.exec(progressBlock({ ...sampleSnapshot(), history }, plain))?.[1];

  test("is being calculated until there is a stretch to judge by", () => {
    expect(left([])).toBe("calculating…");
    expect(left([{ atMs: nowMs - 1_000, units: 0, rows: 0 }])).toBe("calculating…");
    expect(left([{ atMs: nowMs - 30_000, units: 75, rows: 0 }])).toBe("calculating…");
  });

  test("follows the last 20 seconds, not the whole run", () => {
    const slowThenFast = [
      { atMs: nowMs - 600_000, units: 0, rows: 0 },
      { atMs: nowMs - 20_000, units: 5, rows: 0 },
      { atMs: nowMs - 10_000, units: 40, rows: 0 },
    ];
    expect(left(slowThenFast)).toBe("about 21 s");
  });

  test("falls back on the whole run while nothing was settled of late", () => {
    const stalled = [
      { atMs: nowMs - 100_000, units: 0, rows: 0 },
      { atMs: nowMs - 25_000, units: 75, rows: 0 },
    ];
    expect(left(stalled)).toBe("about 1 m 40 s");
  });
});

describe("the line for logs", () => {
  test("tells the same in one plain line", () => {
    const line = progressLine(sampleSnapshot(), nowMs);
    expect(line).toBe(
      `${localTime(nowMs, nowMs)} running 50 % · 75 of 150 units · 122,655 rows (4,000/s) · 812 of 940 requests/min · queue 12 of 1,000 · in flight 3 of 10 · workers 2 of 3 · elapsed 1 m 05 s · left: about 30 s`,
    );
  });

  test("says what the run waits for, and what failed", () => {
    expect(progressLine(waiting, nowMs)).toContain("(in 42 s): Google refused: its load quota");
    expect(progressLine(failing, nowMs)).toContain("2 units failed · 5 retries");
    expect(progressLine(waiting, nowMs)).not.toContain("\n");
    expect(progressLine(waiting, nowMs)).not.toContain("\u001b");
  });
});
