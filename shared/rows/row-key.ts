import { hash } from "node:crypto";

export const rowKeyBytes = 32;

/**
 * Identity of a row within its unit: SHA-256 of all requested dimension values. A hash, because a
 * page URL alone can be longer than an indexed key may be. The values are joined as JSON: it keeps
 * `["a,b"]` and `["a","b"]` apart, and escapes lone surrogates, which UTF-8 would all turn into
 * the same replacement character.
 */
export function rowKey(keys: readonly string[]): Buffer {
  return hash("sha256", JSON.stringify(keys), "buffer");
}

/** {@link rowKey} in lower-case hex: hex strings sort as the bytes do. */
export function rowKeyHex(keys: readonly string[]): string {
  return hash("sha256", JSON.stringify(keys), "hex");
}

/** The {@link rowKey} of each row, one after the other. A Buffer for each would take twice as long. */
export function rowKeys(rows: readonly { readonly keys: readonly string[] }[]): Buffer {
  const keys = Buffer.allocUnsafeSlow(rows.length * rowKeyBytes);
  let at = 0;
  for (const row of rows) {
    keys.write(hash("sha256", JSON.stringify(row.keys), "binary"), at, "latin1");
    at += rowKeyBytes;
  }
  return keys;
}
