import { describe, expect, test } from "vitest";
import type { PacificDate } from "../../shared/request/pacific-date.ts";
import { isFinal } from "../../shared/rows/finality.ts";
import { pacific } from "../support/samples/pacific.ts";

const date = pacific("2026-03-06");

/** A unit of 6 March (the DST change is on the 8th), fetched at a UTC instant. */
function fetched(at: string, rows = 5, firstIncompleteDate: PacificDate | null = null) {
  return { date, rows, fetchedAtMs: Date.parse(at), firstIncompleteDate };
}

describe("a unit with rows is final", () => {
  test.each([
    [
      "at the last instant of the Pacific day before the delay is over",
      "2026-03-09T06:59:59.999Z",
      false,
    ],
    ["at the first instant of the Pacific day on which it is over", "2026-03-09T07:00:00Z", true],
    ["weeks later", "2026-04-20T00:00:00Z", true],
    ["the same day", "2026-03-06T20:00:00Z", false],
  ])("when fetched %s: %s %s", (_, at, final) => {
    expect(isFinal(fetched(at), [])).toBe(final);
  });

  test("by another delay when one is set", () => {
    expect(isFinal(fetched("2026-03-08T12:00:00Z"), [], 2)).toBe(true);
    expect(isFinal(fetched("2026-03-09T12:00:00Z"), [], 4)).toBe(false);
  });

  test("not while Google calls its date incomplete", () => {
    const at = "2026-03-20T12:00:00Z";
    expect(isFinal(fetched(at, 5, pacific("2026-03-05")), [])).toBe(false);
    expect(isFinal(fetched(at, 5, date), [])).toBe(false);
    expect(isFinal(fetched(at, 5, pacific("2026-03-07")), [])).toBe(true);
  });
});

describe("an empty unit is final", () => {
  const at = "2026-03-10T12:00:00Z";
  const atMs = Date.parse(at);
  const newer = { date: pacific("2026-03-07"), rows: 1, fetchedAtMs: atMs };

  test("when it was more than ten days old", () => {
    expect(isFinal(fetched("2026-03-16T12:00:00Z", 0), [])).toBe(false);
    expect(isFinal(fetched("2026-03-17T12:00:00Z", 0), [])).toBe(true);
  });

  test("when a newer day had rows within the hour after its fetch", () => {
    expect(isFinal(fetched(at, 0), [])).toBe(false);
    expect(isFinal(fetched(at, 0), [newer])).toBe(true);
    expect(isFinal(fetched(at, 0), [{ ...newer, fetchedAtMs: atMs + 3_600_000 }])).toBe(true);
    expect(isFinal(fetched(at, 0), [{ ...newer, fetchedAtMs: atMs + 3_600_001 }])).toBe(false);
    expect(isFinal(fetched(at, 0), [{ ...newer, fetchedAtMs: atMs - 86_400_000 }])).toBe(true);
  });

  test("not for an empty newer day, an older day or itself", () => {
    expect(isFinal(fetched(at, 0), [{ ...newer, rows: 0 }])).toBe(false);
    expect(isFinal(fetched(at, 0), [{ ...newer, date: pacific("2026-03-05") }])).toBe(false);
    expect(isFinal(fetched(at, 0), [{ ...newer, date }])).toBe(false);
  });

  test("not before the delay is over, nor while Google calls its date incomplete", () => {
    expect(isFinal(fetched("2026-03-08T12:00:00Z", 0), [{ ...newer, fetchedAtMs: 0 }])).toBe(false);
    expect(isFinal(fetched(at, 0, date), [newer])).toBe(false);
  });
});
