import { fraction, hash } from "./hash.ts";

/** A day as the shapes below see it. */
export type SampleDay = {
  /** Days since 1970-01-01. */
  readonly dayNumber: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** Of property and day; the same at every start with the same seed. */
  readonly random: number;
};

export type PermissionLevel =
  | "siteOwner"
  | "siteFullUser"
  | "siteRestrictedUser"
  | "siteUnverifiedUser";

export type SampleProperty = {
  readonly siteUrl: string;
  readonly description: string;
  /** What its pages' URLs start with. */
  readonly pageRoot: string;
  readonly pageCount: number;
  /** Impressions of its most seen page and query on an ordinary day. */
  readonly topImpressions: number;
  /** What the account may do, as `sites.list` says it. */
  readonly permissionLevel: PermissionLevel;
  /** Google refuses it with 403 `forbidden`. */
  readonly forbidden: boolean;
  /** Every query of it ends in a 500. */
  readonly broken?: boolean;
  /** Rows (page × query, web search) on a day, before Google's cap. */
  rowsOn(day: SampleDay): number;
};

/**
 * Days of `sc-domain:large.example`, by weekday, in rows of page × query: the edges of Google's
 * 25,000-row page and of its 50,000-row cap. Wednesdays have 60,000, of which it returns 50,000.
 */
export const largeRowsByWeekday = [25_000, 25_001, 50_000, 60_000, 0, 1, 24_999] as const;

/** What rollback drills fetch. */
export const drillSite = "sc-domain:drill.example";

export const sampleProperties: readonly SampleProperty[] = [
  {
    siteUrl: "sc-domain:sample.example",
    description: "about 1,000 rows a day (at most 2,000), growing, busier on weekdays",
    pageRoot: "https://www.sample.example/",
    pageCount: 400,
    topImpressions: 2_400,
    permissionLevel: "siteOwner",
    forbidden: false,
    rowsOn: (day) =>
      day.random % 61 === 7 ? 0 : rhythm(day, { rows: 800, yearlyGrowth: 0.25, most: 2_000 }),
  },
  {
    siteUrl: "https://small.example/",
    description: "0 to 80 rows a day, many days empty",
    pageRoot: "https://small.example/",
    pageCount: 12,
    topImpressions: 60,
    permissionLevel: "siteFullUser",
    forbidden: false,
    rowsOn: (day) =>
      day.random % 5 === 0 ? 0 : rhythm(day, { rows: 40, yearlyGrowth: 0, most: 80 }),
  },
  {
    siteUrl: "https://shop.example/de/",
    description: "about 6,000 rows a day",
    pageRoot: "https://shop.example/de/",
    pageCount: 2_500,
    topImpressions: 18_000,
    permissionLevel: "siteRestrictedUser",
    forbidden: false,
    rowsOn: (day) => rhythm(day, { rows: 6_000, yearlyGrowth: 0.1, most: 12_000 }),
  },
  {
    siteUrl: "sc-domain:large.example",
    description:
      "by weekday, Thursday first: 0, 1, 24,999, 25,000, 25,001, 50,000 rows, and 60,000 capped",
    pageRoot: "https://www.large.example/",
    pageCount: 9_000,
    topImpressions: 250_000,
    permissionLevel: "siteOwner",
    forbidden: false,
    rowsOn: (day) => largeRowsByWeekday[day.weekday] ?? 0,
  },
  {
    siteUrl: "sc-domain:forbidden.example",
    description: "403: its owner does not let this account in",
    pageRoot: "https://forbidden.example/",
    pageCount: 1,
    topImpressions: 1,
    permissionLevel: "siteUnverifiedUser",
    forbidden: true,
    rowsOn: () => 0,
  },
  {
    ...ordinary("sc-domain:broken.example", "https://broken.example/", 10),
    description: "500: every query of it fails",
    broken: true,
  },
  ordinary("https://blog.example/", "https://blog.example/", 60),
  ordinary("sc-domain:recipes.example", "https://recipes.example/", 150),
  ordinary("sc-domain:news.example", "https://news.example/", 300),
  ordinary("https://docs.example/en/", "https://docs.example/en/", 200),
  ordinary("sc-domain:travel.example", "https://www.travel.example/", 400),
  ordinary("sc-domain:garden.example", "https://garden.example/", 90),
  ordinary(drillSite, "https://drill.example/", 30),
];

/** A property that is there to be one of many. */
function ordinary(siteUrl: string, pageRoot: string, rows: number): SampleProperty {
  return {
    siteUrl,
    description: `about ${rows} rows a day`,
    pageRoot,
    pageCount: rows,
    topImpressions: rows * 2,
    permissionLevel: "siteFullUser",
    forbidden: false,
    rowsOn: (day) => rhythm(day, { rows, yearlyGrowth: 0.1, most: rows * 2 }),
  };
}

export function findSampleProperty(siteUrl: string): SampleProperty | undefined {
  return sampleProperties.find((property) => property.siteUrl === siteUrl);
}

/** How lively a weekday is, Sunday first. */
export const weekdayFactors = [0.78, 1.12, 1.15, 1.1, 1.06, 0.98, 0.81] as const;

/** Growth counts from here: 2026-01-01. */
const growthEpoch = 20_454;

function rhythm(
  day: SampleDay,
  shape: { readonly rows: number; readonly yearlyGrowth: number; readonly most: number },
): number {
  const weekday = weekdayFactors[day.weekday] ?? 1;
  const growth = 1 + (shape.yearlyGrowth * (day.dayNumber - growthEpoch)) / 365;
  const noise = 0.9 + 0.2 * fraction(hash(day.random, 3));
  return Math.min(shape.most, Math.round(shape.rows * weekday * Math.max(0.2, growth) * noise));
}
