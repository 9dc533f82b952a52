import { dayMs } from "../shared/lib/durations.ts";
import type { PacificDate } from "../shared/request/pacific-date.ts";
import type { SearchType } from "../shared/request/report.ts";
import { fraction, hash, hashText } from "./hash.ts";
import { type SampleProperty, weekdayFactors } from "./sample-properties.ts";
import { pageUrl, queryText } from "./vocabulary.ts";

/** What a page was shown and clicked for one query on one day. */
export type DayRow = DayFigures & {
  readonly page: string;
  readonly query: string;
  readonly country: string;
  readonly device: string;
  /** Search appearances: none, one or two. */
  readonly appearances: readonly string[];
};

type DayFigures = {
  readonly clicks: number;
  readonly impressions: number;
  readonly position: number;
};

/** All rows of a day, clicks descending, ties scattered: a pure function of its arguments. */
export function dayRows(
  seed: number,
  property: SampleProperty,
  searchType: SearchType,
  date: PacificDate,
): readonly DayRow[] {
  const shape = shapeOf(seed, property, searchType, date);
  const { count, random } = shape;
  const rows: DayRow[] = [];
  for (let index = 0; index < count; index += 1) {
    const pair = pairOf(scattered(index, count, random), count, random);
    rows.push(rowOf(shape, hash(random, pair), pair));
  }
  return byClicksDescending(rows);
}

/** How many rows `dayRows` gives. */
export function dayRowCount(
  seed: number,
  property: SampleProperty,
  searchType: SearchType,
  date: PacificDate,
): number {
  return shapeOf(seed, property, searchType, date).count;
}

/** Keeps the order of equal clicks. A day has few distinct ones: buckets beat a sort by far. */
export function byClicksDescending<T extends { readonly clicks: number }>(
  rows: readonly T[],
): readonly T[] {
  const buckets = new Map<number, T[]>();
  for (const row of rows) {
    const bucket = buckets.get(row.clicks);
    if (bucket === undefined) buckets.set(row.clicks, [row]);
    else bucket.push(row);
  }
  return [...buckets.keys()].sort((a, b) => b - a).flatMap((clicks) => buckets.get(clicks) ?? []);
}

/** Visits 0 … count−1 in an order of the day's own: a prime stride that does not divide count. */
function scattered(index: number, count: number, random: number): number {
  const stride = count % 7_919 === 0 ? 7_907 : 7_919;
  return (index * stride + (random % count)) % count;
}

/** How much of web search's rows the other search types have. */
const shareOfType: Readonly<Record<SearchType, number>> = {
  web: 1,
  image: 0.2,
  video: 0.05,
  news: 0.03,
  discover: 0.1,
  googleNews: 0.02,
};

/** Popular pairs come back daily; of the long tail, every day brings others. */
function pairOf(index: number, count: number, random: number): number {
  const head = Math.ceil(count * 0.6);
  return index < head ? index : index + (random % 7) * 4_000;
}

type DayShape = {
  readonly property: SampleProperty;
  readonly propertySeed: number;
  /** Of property, search type and date. */
  readonly random: number;
  readonly count: number;
  readonly liveliness: number;
};

function shapeOf(
  seed: number,
  property: SampleProperty,
  searchType: SearchType,
  date: PacificDate,
): DayShape {
  const dayNumber = Date.parse(`${date}T00:00:00Z`) / dayMs;
  const weekday = (dayNumber + 4) % 7;
  const propertySeed = hash(seed, hashText(`${property.siteUrl} ${searchType}`));
  const random = hash(propertySeed, dayNumber);
  const web = property.rowsOn({ dayNumber, weekday, random });
  const count = Math.floor(web * shareOfType[searchType]);
  const liveliness = property.topImpressions * (weekdayFactors[weekday] ?? 1);
  return { property, propertySeed, random, count, liveliness };
}

function rowOf(shape: DayShape, random: number, pair: number): DayRow {
  const { propertySeed, liveliness } = shape;
  const noise = 0.6 + 0.8 * fraction(random);
  const impressions = Math.max(1, Math.round((liveliness / (pair + 1) ** 0.85) * noise));
  const rank = fraction(hash(propertySeed, pair, 1));
  const position = 1 + 3 * rank + Math.log10(pair + 1) * 9 * rank + fraction(hash(random, 2));
  const clickRate = (0.34 / position ** 1.1) * (0.5 + fraction(hash(random, 3)));
  const clicks = Math.floor(impressions * clickRate + fraction(hash(random, 4)));
  return withTexts(shape, pair, {
    clicks: Math.min(impressions, clicks),
    impressions,
    position,
  });
}

/** Three pairs are two queries: one found on two pages, one on a single page. */
function withTexts(shape: DayShape, pair: number, figures: DayFigures): DayRow {
  const { property, propertySeed } = shape;
  const group = Math.floor(pair / 3);
  const query = group * 2 + (pair % 3 === 2 ? 1 : 0);
  const random = hash(propertySeed, query, 6);
  const first = Math.floor(property.pageCount * fraction(random) ** 2.5);
  const other = (first + 1 + (random % (property.pageCount - 1))) % property.pageCount;
  return {
    page: pageUrl(property.pageRoot, pair % 3 === 1 ? other : first),
    query: queryText(query),
    country: countries[Math.floor(countries.length * fraction(hash(random, pair)) ** 2)] ?? "usa",
    device: devices[hash(random, pair, 7) % devices.length] ?? "MOBILE",
    appearances: appearances[hash(propertySeed, pair, 9) % appearances.length] ?? [],
    clicks: figures.clicks,
    impressions: figures.impressions,
    position: figures.position,
  };
}

const countries = ["usa", "gbr", "deu", "fra", "can", "aus", "jpn", "bra", "ind", "esp", "zzz"];
/** Not every impression has one. */
const appearances: readonly (readonly string[])[] = [
  ...[[], [], [], [], []],
  ["PRODUCT_SNIPPETS"],
  ["VIDEO"],
  ["NEWS_SHOWCASE"],
  ["PRODUCT_SNIPPETS", "VIDEO"],
];
const devices = ["MOBILE", "MOBILE", "MOBILE", "MOBILE", "DESKTOP", "DESKTOP", "DESKTOP", "TABLET"];
