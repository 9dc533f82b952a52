import { hash } from "node:crypto";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { PacificDate } from "../request/pacific-date.ts";
import type { Unit } from "../request/unit.ts";
import { unitId } from "./unit-record.ts";

/**
 * The rows table: one item a row, one a unit, one a purge, one for the format.
 *
 * | item   | partition key                      | sort key               | bytes, about               |
 * |--------|------------------------------------|------------------------|----------------------------|
 * | unit   | `UNITS#` SHA-256 of the site URL   | `date#report`          | 700, and 40 a page request |
 * | row    | `ROWS#unit#generation#shard`       | row key in hex         | 210, and page and query    |
 * | purge  | `PURGES#` SHA-256 of the site URL  | its token, 16 digits   | 150                        |
 * | format | `FORMAT`                           | `FORMAT`               | 50                         |
 *
 * A property's units lie in one partition, in the order in which they are asked for: planning,
 * takes, freshness and `units` are one query each, 1 MB (some 1,300 units) a page. A unit item is
 * written three times a fetch, far below the 1,000 writes a second of a partition.
 *
 * A row is one write unit up to 1 KB, so a partition takes 1,000 rows a second. A generation lies
 * in {@link rowShards} of them by its row key's first hex digit: shard after shard is the order of
 * the keys. An item may have 400 KB; Google's URLs and queries stay far below.
 *
 * The unit item holds the unit record and its generations' registrations side by side, so that
 * begin, flip and doom are one conditional write of one item each. While it has a registration
 * other than that of the visible generation it stands in a sparse index, by the time of the oldest
 * one's begin: a sweep reads those units and no others. The index's one partition takes 1,000
 * changes a second; Google grants a project 667 requests.
 */
export type RowsTable = {
  readonly documents: DynamoDBDocumentClient;
  readonly name: string;
  readonly timing: DynamoTiming;
};

export type DynamoTiming = {
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
};

export type ItemKey = { readonly pk: string; readonly sk: string };

/** Partitions of a generation: 16,000 rows a second, whatever the table can. */
export const rowShards: readonly string[] = [..."0123456789abcdef"];

export const formatKey: ItemKey = { pk: "FORMAT", sk: "FORMAT" };

/** What a unit to sweep has as its index's partition key. */
export const sweepList = "units";

export function unitKey(unit: Unit): ItemKey {
  return { pk: unitsPartition(unit.siteUrl), sk: `${unit.date}#${unit.report}` };
}

/** A site URL may be longer than a partition key. */
export function unitsPartition(siteUrl: string): string {
  return `UNITS#${hash("sha256", siteUrl)}`;
}

/** Sort keys of the units of these dates, both included: `$` is the character after `#`. */
export function unitsBetween(from: PacificDate, to: PacificDate): readonly [string, string] {
  return [`${from}#`, `${to}$`];
}

export function purgesPartition(siteUrl: string): string {
  return `PURGES#${hash("sha256", siteUrl)}`;
}

export function rowsPartition(unit: Unit, generation: number, shard: string): string {
  return `ROWS#${unitId(unit)}#${generation}#${shard}`;
}

/** `key` is the row key in hex. */
export function rowKeyOf(unit: Unit, generation: number, key: string): ItemKey {
  return { pk: rowsPartition(unit, generation, key.slice(0, 1)), sk: key };
}
