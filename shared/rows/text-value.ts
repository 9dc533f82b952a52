/**
 * A dimension value as Postgres can hold it: NUL (refused with 22021) and lone surrogates (not
 * UTF-8) become U+FFFD. Only what is shown changes: the row key is made from the exact values, so
 * rows that differ in nothing else stay apart.
 */
export function storableText(value: string): string {
  const text = value.toWellFormed();
  return text.includes("\0") ? text.replaceAll("\0", "\uFFFD") : text;
}
