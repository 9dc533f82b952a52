import type { AnalyticsQuery } from "./query.ts";

/**
 * Why Google would not answer a query, in words like its own; undefined when it would. Written
 * apart from the rules that gsc-sync goes by, so that each can find the other's mistakes.
 */
export function queryFault(query: AnalyticsQuery): string | undefined {
  const { dimensions, dataState } = query;
  const type = query.type ?? query.searchType ?? "web";
  const filtered = query.dimensionFilterGroups.flatMap(({ filters }) => filters);
  const touches = (dimension: "page" | "query" | "device") =>
    dimensions.includes(dimension) || filtered.some((filter) => filter.dimension === dimension);
  const feed = type === "discover" || type === "googleNews";

  if (query.startDate > query.endDate) return "startDate must not be after endDate.";
  if (new Set(dimensions).size < dimensions.length) return "Duplicate dimensions.";
  if (dimensions.includes("searchAppearance") && dimensions.length > 1) {
    return "Cannot group by search appearance dimension together with another dimension.";
  }
  if (feed && touches("query")) return `Dimension 'query' is not available for type ${type}.`;
  if (type === "discover" && touches("device")) return "Requests for Discover cannot use device.";
  if (dimensions.includes("hour") !== (dataState === "hourly_all")) {
    return "Dimension 'hour' and dataState HOURLY_ALL must be used together.";
  }
  for (const { operator, expression } of filtered) {
    if (operator.endsWith("Regex") && compileRegex(expression) === undefined) {
      return `Invalid regular expression: ${expression}`;
    }
  }
  switch (query.aggregationType) {
    case "auto":
    case "byPage":
      return undefined;
    case "byProperty":
      if (!feed && !touches("page")) return undefined;
      return "Aggregation type BY_PROPERTY is not supported for this type and these dimensions.";
    case "byNewsShowcasePanel": {
      const shown = filtered.filter(({ dimension }) => dimension === "searchAppearance");
      const showcase = shown.length > 0 && shown.every((one) => one.expression === "NEWS_SHOWCASE");
      if (feed && showcase && !touches("page")) return undefined;
      return "Aggregation type BY_NEWS_SHOWCASE_PANEL needs Discover or News, and its filter.";
    }
    default:
      return query.aggregationType satisfies never;
  }
}

/** Of RE2's syntax what JavaScript lacks is the leading flags. */
export function compileRegex(expression: string): RegExp | undefined {
  const flags = /^\(\?([imsU]+)\)/.exec(expression);
  const ignoreCase = flags?.[1]?.includes("i") ?? false;
  try {
    return new RegExp(expression.slice(flags?.[0].length ?? 0), ignoreCase ? "iu" : "u");
  } catch {
    return undefined;
  }
}
