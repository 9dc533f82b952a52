import { hash } from "node:crypto";
import { addDays, type PacificDate, parsePacificDate } from "../../shared/request/pacific-date.ts";
import type { Row } from "../../shared/request/row.ts";

export const benchSite = "sc-domain:bench.example";

const first = parsePacificDate("2025-01-01") as PacificDate;

export function benchDate(day: number): PacificDate {
  return addDays(first, day);
}

/** Rows with distinct keys, in Google's order: clicks descending. Few pages have most of the rows. */
export function benchRows(day: number, count: number): readonly Row[] {
  return Array.from({ length: count }, (_, index) => {
    const page = Math.floor(3_000 * (((index * 7_919 + day) % 10_007) / 10_007) ** 3);
    const clicks = Math.max(0, Math.floor(400 / (index + 1)));
    const impressions = clicks * 9 + 1 + ((index * 31 + day) % 50);
    return {
      keys: [
        `https://www.bench.example/category-${page % 40}/product-${page}-${hash("sha256", String(page)).slice(0, 12)}`,
        `${words[(index + day) % words.length]} ${words[(index * 13) % words.length]} ${index} ${words[(index * 7) % words.length]}`,
      ],
      clicks,
      impressions,
      ctr: clicks / impressions,
      position: 1 + ((index * 37 + day) % 1_000) / 13.7,
    };
  });
}

const words = [
  ...["buy", "red", "running", "shoes", "cheap", "günstige", "schuhe", "best", "review", "near"],
  ...["me", "2026", "size", "guide", "ダウン", "ジャケット", "waterproof", "for", "kids", "sale"],
];
