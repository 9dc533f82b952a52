import { stripVTControlCharacters } from "node:util";
import cliTruncate from "cli-truncate";
import stringWidth from "string-width";

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
  return stringWidth(text);
}

/** The text, or as much of it as fits with an ellipsis at its end. A pipe's width is Infinity. */
export function cut(text: string, width: number): string {
  if (width === Number.POSITIVE_INFINITY) return text;
  // A cell may hold a megabyte. The ellipsis marks the cut even where the rest is invisible.
  const longest = Math.max(width, 0) * longestColumn;
  const short = text.length <= longest ? text : `${text.slice(0, longest)}…`;
  // The two libraries count a few clusters differently: the width that is checked is the last word.
  for (let columns = width; columns > 0; columns -= 1) {
    const shown = cliTruncate(short, columns);
    if (textWidth(shown) <= width) return shown;
  }
  return "";
}

/** The text filled up with spaces to a width. */
export function pad(text: string, width: number, align: "left" | "right"): string {
  const spaces = " ".repeat(Math.max(width - textWidth(text), 0));
  return align === "left" ? text + spaces : spaces + text;
}

/** UTF-16 units in one column: more than any emoji takes; only stacked accents have more. */
const longestColumn = 64;

const directionOverrides = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
