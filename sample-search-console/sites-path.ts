import { type HttpAnswer, unknownSite } from "./http-answer.ts";
import { findSampleProperty, type SampleProperty, sampleProperties } from "./sample-properties.ts";

/** `sites.list`: every property that the account knows, those included that it may not read. */
export function listSites(readable: (siteUrl: string) => boolean) {
  const siteEntry = sampleProperties.filter(({ siteUrl }) => readable(siteUrl)).map(siteOf);
  return { status: 200, body: siteEntry.length === 0 ? {} : { siteEntry } } satisfies HttpAnswer;
}

/** `sites.get`. */
export function getSite(siteUrl: string): HttpAnswer {
  const property = findSampleProperty(siteUrl);
  return property === undefined ? unknownSite(siteUrl) : { status: 200, body: siteOf(property) };
}

/** `sitemaps.list`: one that works, and one with errors. */
export function listSitemaps(property: SampleProperty): HttpAnswer {
  return { status: 200, body: { sitemap: sitemapsOf(property) } };
}

export function siteOf({ siteUrl, permissionLevel }: SampleProperty) {
  return { siteUrl, permissionLevel };
}

/** Counts are text, as Google writes 64-bit numbers in JSON. */
export function sitemapsOf({ pageRoot, pageCount }: SampleProperty) {
  return [
    {
      path: `${pageRoot}sitemap.xml`,
      lastSubmitted: "2026-01-15T09:30:00.000Z",
      lastDownloaded: "2026-05-01T04:12:00.000Z",
      isPending: false,
      isSitemapsIndex: false,
      type: "sitemap",
      warnings: "0",
      errors: "0",
      contents: [{ type: "web", submitted: String(pageCount), indexed: "0" }],
    },
    {
      path: `${pageRoot}old-sitemap.xml`,
      lastSubmitted: "2025-02-03T10:00:00.000Z",
      isPending: true,
      isSitemapsIndex: false,
      warnings: "2",
      errors: "1",
    },
  ];
}
