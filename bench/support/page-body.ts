/**
 * An answer of Search Console with so many rows of page and query, clicks descending. `startRow`: the
 * rows of a later page are others.
 */
export function pageBody(rowCount: number, urlLength: number, startRow = 0): string {
  const rows = Array.from({ length: rowCount }, (_, index) => {
    const clicks = Math.floor((rowCount - index) / 40);
    const impressions = clicks * 3 + (index % 11) + 1;
    return {
      keys: [urlOf(index % 9_000, urlLength), `query of several words ${startRow + index}`],
      clicks,
      impressions,
      ctr: clicks / impressions,
      position: 1 + (index % 97) / 7,
    };
  });
  return JSON.stringify({ rows, responseAggregationType: "byPage" });
}

/** `urlLength` on average: half of them are up to 20 shorter, half up to 20 longer. */
function urlOf(page: number, urlLength: number): string {
  const start = `https://www.example.com/section-${page % 40}/article-${page}/`;
  return start.padEnd(urlLength - 20 + (page % 41), "abcdefgh-");
}
