/**
 * The text on one line, with what a terminal would obey written out: a newline as `\\n`, an escape
 * as `\\u001b`. Arguments, and what servers answer, may hold either.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    writtenOut,
  );
}

/** The same, with all that cannot be seen or told from a space written out: of an id, for a person. */
export function discernible(text: string): string {
  return text.replace(/[\p{C}\u00a0\u2000-\u200f\u2028-\u202f]/gu, writtenOut);
}

function writtenOut(character: string): string {
  const short = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[character];
  return short ?? `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}
