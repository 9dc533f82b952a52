import { describe, expect, test } from "vitest";
import { cut, oneLine, pad, textWidth } from "../../../../cli/output/views/text-width.ts";

test.each([
  ["plain", 5],
  ["東京", 4],
  ["한국", 4],
  ["ｈｉ", 4],
  ["ｶﾞ", 2],
  ["café", 4],
  ["cafe\u0301", 4],
  ["zero\u200bwidth", 9],
  ["👩‍👩‍👧", 2],
  ["🇩🇪", 2],
  ["❤️", 2],
  ["हिन्दी", 4],
])("%s takes %d columns", (text, columns) => {
  expect(textWidth(text)).toBe(columns);
});

describe("cutting", () => {
  test("keeps what fits and marks what does not", () => {
    expect(cut("keyword", 7)).toBe("keyword");
    expect(cut("keywords", 7)).toBe("keywor…");
    expect(cut("keywords", 0)).toBe("");
  });

  test("never splits a wide character or a cluster", () => {
    expect(cut("東京ホテル", 6)).toBe("東京…");
    expect(cut("👩‍👩‍👧👩‍👩‍👧", 3)).toBe("👩‍👩‍👧…");
  });

  test("leaves a text whole where there is no width, as in a pipe", () => {
    expect(cut("keywords".repeat(100), Number.POSITIVE_INFINITY)).toBe("keywords".repeat(100));
  });

  test("of a megabyte measures only what is shown", () => {
    expect(cut("東".repeat(1_000_000), 5)).toBe("東東…");
  });
});

test("padding counts columns, not characters", () => {
  expect(pad("東京", 6, "left")).toBe("東京  ");
  expect(pad("東京", 6, "right")).toBe("  東京");
});

test("text of strangers cannot move the cursor, colour the screen or turn the direction", () => {
  const hostile = "a\u001b[31mb\u001b[2J\r\n\tc\u0007\u202ed\u2028e";
  const shown = oneLine(hostile);
  expect(shown).toMatch(/^[a-e ]+$/);
  expect(shown.replaceAll(" ", "")).toBe("abcde");
});
