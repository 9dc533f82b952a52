import { expect, test } from "vitest";
import { storableText } from "../../shared/rows/text-value.ts";

test.each([
  ["", ""],
  ["a\0b\0", "a\uFFFDb\uFFFD"],
  ["\uD83Dx", "\uFFFDx"],
  ["x\uDE00", "x\uFFFD"],
  ["🎉 é e\u0301 \uFFFF", "🎉 é e\u0301 \uFFFF"],
])("%j is stored as %j", (value, stored) => {
  expect(storableText(value)).toBe(stored);
});
