import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { table } from "../../../../cli/output/views/table.ts";
import { textWidth } from "../../../../cli/output/views/text-width.ts";

const piped = { width: Number.POSITIVE_INFINITY, colour: false };

test("aligns text left and numbers right, also numbers that a driver gives as text", () => {
  const text = table(
    ["query", "clicks", "rows"],
    [
      ["hotel", 5, "1200000"],
      ["東京", 1_200, "7"],
    ],
    piped,
  );
  expect(text.split("\n")).toEqual([
    "query  clicks     rows",
    "─────  ──────  ───────",
    "hotel       5  1200000",
    "東京     1200        7",
  ]);
});

test("shows null, dates, objects and fractions readably", () => {
  const [, , line] = table(
    ["a", "b", "c", "d", "e"],
    [[null, new Date(Date.UTC(2026, 0, 2)), { x: 1 }, 0.1 + 0.2, true]],
    piped,
  ).split("\n");
  expect(line?.split(/ {2,}/)).toEqual(["∅", "2026-01-02T00:00:00.000Z", '{"x":1}', "0.3", "true"]);
});

test("the widest column gives way first", () => {
  const [, , line] = table(
    ["page", "clicks"],
    [[`https://example.com/${"x".repeat(100)}`, 123_456]],
    { width: 30, colour: false },
  ).split("\n");
  expect(line).toBe("https://example.com/x…  123456");
});

test("a result without rows still names its columns", () => {
  expect(table(["date", "clicks"], [], piped)).toBe("date  clicks\n────  ──────");
});

test("a cell cannot break its line", () => {
  expect(table(["query"], [["a\nb\u001b[2Jc"]], piped).split("\n")[2]).toBe("a bc");
});

test("no line is wider than the terminal, whatever is in the cells", () => {
  const cell = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 60 }),
    fc.integer(),
    fc.constant(null),
    fc.constantFrom("東京ホテル".repeat(9), "👩‍👩‍👧".repeat(20)),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 1, max: 12 }).chain((columns) =>
        fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), {
          minLength: 1,
          maxLength: 4,
        }),
      ),
      (width, rows) => {
        const columns = (rows[0] ?? []).map((_, index) => `column ${index}`);
        const text = stripVTControlCharacters(table(columns, rows, { width, colour: true }));
        for (const line of text.split("\n")) expect(textWidth(line)).toBeLessThanOrEqual(width);
      },
    ),
  );
});

test("without colour there is not one escape sequence, with it there is", () => {
  expect(table(["a"], [[null]], piped)).not.toContain("\u001b");
  expect(table(["a"], [[null]], { ...piped, colour: true })).toContain("\u001b");
});
