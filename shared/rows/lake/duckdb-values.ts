import {
  type DuckDBValueConverter,
  type Json,
  JsonDuckDBValueConverter as jsonOf,
  DuckDBTypeId as types,
} from "@duckdb/node-api";

const wholeNumbers = new Set([types.BIGINT, types.UBIGINT, types.HUGEINT, types.UHUGEINT]);
const instants = new Set([
  types.TIMESTAMP,
  types.TIMESTAMP_TZ,
  types.TIMESTAMP_S,
  types.TIMESTAMP_MS,
  types.TIMESTAMP_NS,
]);

/**
 * Makes plain values of DuckDB's, as every store's `sql` gives them: whole numbers and decimals as
 * numbers where they fit exactly, or else as text; instants as ISO text; days as written.
 */
export const plainValue: DuckDBValueConverter<Json> = (value, type) => {
  if (value === null) return null;
  if (wholeNumbers.has(type.typeId)) return numberOrText(String(value));
  if (type.typeId === types.DECIMAL) return Number(String(value));
  if (instants.has(type.typeId)) return isoText(String(value));
  return jsonOf(value, type, plainValue);
};

function numberOrText(text: string): number | string {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}

/** `2026-11-30 09:17:52.5+00` and the like; infinity as it is. */
function isoText(text: string): string {
  const zone = /[+-]\d\d(:\d\d)?$/.exec(text.slice(10))?.[0];
  const full = zone === undefined ? "Z" : zone.length === 3 ? ":00" : "";
  const instantMs = Date.parse(`${text.replace(" ", "T")}${full}`);
  return Number.isNaN(instantMs) ? text : new Date(instantMs).toISOString();
}
