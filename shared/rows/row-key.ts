import { hash } from "node:crypto";

export const rowKeyBytes = 32;

/**
 * The identity of each row within its unit, one after the other: SHA-256 of all requested dimension
 * values. A hash, because a page URL alone can be longer than an indexed key may be. The values are
 * joined as JSON: it keeps `["a,b"]` and `["a","b"]` apart, and escapes lone surrogates, which UTF-8
 * would all turn into the same replacement character. A Buffer for each row would take twice as long.
 */
export function rowKeys(rows: readonly { readonly keys: readonly string[] }[]): Buffer {
  const digests = Buffer.allocUnsafeSlow(rows.length * rowKeyBytes);
  let at = 0;
  for (const { keys } of rows) {
    digests.write(hash("sha256", JSON.stringify(keys), "binary"), at, "latin1");
    at += rowKeyBytes;
  }
  return digests;
}
