import { stripVTControlCharacters } from "node:util";

/**
 * Text made safe for one line of a terminal. Queries, URLs and messages come from strangers:
 * escape sequences and direction overrides in them would repaint the reader's screen.
 */
export function oneLine(text: string): string {
  const stripped = stripVTControlCharacters(text);
  return stripped.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").replace(directionOverrides, "");
}

/** Columns that a text without control characters takes on a terminal. */
export function textWidth(text: string): number {
  if (isAscii(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** The text, or as much of it as fits with an ellipsis at its end. */
export function cut(text: string, width: number): string {
  if (width <= 0) return "";
  // A cell may hold a megabyte: nothing past a line's length need be measured.
  if (text.length <= width * 8 && textWidth(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const next = graphemeWidth(segment);
    if (used + next > width - 1) break;
    kept += segment;
    used += next;
  }
  return `${kept}…`;
}

/** The text filled up with spaces to a width. */
export function pad(text: string, width: number, align: "left" | "right"): string {
  const spaces = " ".repeat(Math.max(width - textWidth(text), 0));
  return align === "left" ? text + spaces : spaces + text;
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

const directionOverrides = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const emoji = /^(?:\p{RGI_Emoji}|\p{Emoji_Presentation})/v;
const invisible =
  /^[\p{Nonspacing_Mark}\p{Enclosing_Mark}\p{Format}\p{Default_Ignorable_Code_Point}]+$/v;

/** Signs that follow their letter in a column of their own: Devanagari vowels, halfwidth ﾞ. */
const spacing = /[\p{Spacing_Mark}\uff9e\uff9f]/gu;

/**
 * East Asian wide and fullwidth characters, by script and block; halfwidth forms left out.
 * Source: https://www.unicode.org/reports/tr11/
 */
const wide =
  /^[[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Script=Tangut}\p{Script=Nushu}\p{Script=Khitan_Small_Script}\u3000-\u303e\u3099-\u30ff\u3190-\u4dff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6]--[\uff61-\uffdc]]/v;

function graphemeWidth(grapheme: string): number {
  if (isAscii(grapheme)) return grapheme.length;
  if (invisible.test(grapheme)) return 0;
  if (emoji.test(grapheme)) return 2;
  const [first = "", ...rest] = grapheme;
  const signs = rest.join("").match(spacing)?.length ?? 0;
  return (wide.test(first) ? 2 : 1) + signs;
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
