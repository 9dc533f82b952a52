import { expect, test } from "vitest";
import { redact } from "../../shared/search-console/redact.ts";

test.each([
  ["Bearer abcdefgh", "Bearer …"],
  ["authorization: bearer abc.def-ghi, next", "authorization: bearer … next"],
  ["Basic dXNlcjpwYXNz", "Basic …"],
  ["token ya29.a0AfH6SMB_x-y", "token …"],
  ["refresh 1//0gabc-def", "refresh …"],
  ["key AIzaSyA-b_c", "key …"],
  ["client GOCSPX-abc_def", "client …"],
  ["jwt eyJhbGciOi.eyJzdWIi.c2ln rest", "jwt … rest"],
  ["https://example.com/x?code=4/abc#frag then", "https://example.com/x then"],
  ["https://example.com/#id=4/abc then", "https://example.com/ then"],
  ['{"refresh_token": "abc", "other": 1}', '{"refresh_token": "…", "other": 1}'],
  ["client_secret=abc&grant=1", "client_secret=…&grant=1"],
  ["assertion=abc private_key=def key: ghi", "assertion=… private_key=… key: …"],
])("%s → %s", (text, shown) => {
  expect(redact(text)).toBe(shown);
});

test("is one line, and short", () => {
  expect(redact(" a\n  b\tc ")).toBe("a b c");
  expect(redact("x".repeat(1_000))).toHaveLength(400);
});
