import { expect, test } from "vitest";
import { instant, stretchOfTime } from "../../../cli/options/time-options.ts";

test.each([
  ["90s", 90_000],
  ["5m", 300_000],
  ["2h", 7_200_000],
  ["7d", 604_800_000],
])("%s is a stretch of time", (text, ms) => {
  expect(stretchOfTime("--window", 60_000)(text)).toBe(ms);
});

test.each(["", "5", "m", "1.5h", "59s", "-2h", "2 h", "2w"])("'%s' is none of a minute", (text) => {
  expect(() => stretchOfTime("--window", 60_000)(text)).toThrow(/--window .* 90s, 5m, 2h or 7d/);
});

test("an instant has a time zone", () => {
  expect(instant("--until")("2026-11-21T14:00:00Z")).toBe(Date.parse("2026-11-21T14:00:00Z"));
  expect(instant("--until")("2026-11-21T14:00:00+01:00")).toBe(Date.parse("2026-11-21T13:00:00Z"));
  for (const text of ["yesterday", "2026-11-21", "2026-11-21T14:00:00", "2026-13-01T00:00:00Z"]) {
    expect(() => instant("--until")(text)).toThrow(/2026-11-21T14:00:00Z/);
  }
});
