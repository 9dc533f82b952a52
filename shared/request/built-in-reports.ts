import type { Report } from "./report.ts";

/**
 * The reports that need no configuration. A released one never changes its shape: the rows of two
 * shapes must not stand under one id. Prefixed by the search type, where that is not web.
 */
export const builtInReports: readonly Report[] = [
  web("page_query", ["page", "query"]),
  web("page_query_country_device", ["page", "query", "country", "device"]),
  web("pages", ["page"]),
  web("queries", ["query"]),
  web("countries", ["country"]),
  web("devices", ["device"]),
  /** One row: what Google counts in all, anonymised queries included. */
  web("totals", []),
  web("search_appearances", ["searchAppearance"]),
  web("search_appearance_pages", ["searchAppearance", "page"]),
  of("image", "image_page_query", ["page", "query"]),
  of("image", "image_pages", ["page"]),
  of("video", "video_page_query", ["page", "query"]),
  of("video", "video_pages", ["page"]),
  of("news", "news_page_query", ["page", "query"]),
  of("news", "news_pages", ["page"]),
  of("discover", "discover_pages", ["page"]),
  of("discover", "discover_page_country", ["page", "country"]),
  of("googleNews", "google_news_pages", ["page"]),
  of("googleNews", "google_news_page_country_device", ["page", "country", "device"]),
  /** Days that are not final yet, too. */
  { ...web("fresh_page_query", ["page", "query"]), dataState: "all" },
  { ...web("hourly_totals", ["hour"]), dataState: "hourly_all" },
  { ...web("hourly_pages", ["hour", "page"]), dataState: "hourly_all" },
];

function web(id: string, dimensions: Report["dimensions"]): Report {
  return of("web", id, dimensions);
}

function of(
  searchType: Report["searchType"],
  id: string,
  dimensions: Report["dimensions"],
): Report {
  return { id, searchType, dimensions, dataState: "final" };
}
