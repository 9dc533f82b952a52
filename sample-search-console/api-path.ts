/** A path of Google's API that the sample answers, its property decoded. */
export type ApiPath =
  | { readonly kind: "sites" }
  | { readonly kind: "site"; readonly siteUrl: string }
  | { readonly kind: "sitemaps"; readonly siteUrl: string }
  | { readonly kind: "query"; readonly siteUrl: string };

export function apiPath(path: string): ApiPath | undefined {
  const match =
    /^\/webmasters\/v3\/sites(?:\/([^/]+)(\/searchAnalytics\/query|\/sitemaps)?)?$/.exec(path);
  if (match === null) return undefined;
  const [, encoded, below] = match;
  if (encoded === undefined) return { kind: "sites" };
  const siteUrl = decoded(encoded);
  if (below === undefined) return { kind: "site", siteUrl };
  return { kind: below === "/sitemaps" ? "sitemaps" : "query", siteUrl };
}

function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
