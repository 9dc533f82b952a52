import { searchconsole, type searchconsole_v1 } from "@googleapis/searchconsole";
import { describe, expect, expectTypeOf, test } from "vitest";
import type { AnalyticsAnswer } from "../../sample-search-console/analytics.ts";
import type { AnalyticsQueryBody } from "../../sample-search-console/query.ts";
import type { sitemapsOf, siteOf } from "../../sample-search-console/sites-path.ts";
import type { queryOf } from "../../shared/search-console/google-query.ts";
import { dayQuery, sampleServer, sampleSite } from "./sample-client.ts";

type Published = {
  query: searchconsole_v1.Schema$SearchAnalyticsQueryRequest;
  answer: searchconsole_v1.Schema$SearchAnalyticsQueryResponse;
};

/** Every name that the published types have; the compiler holds the lists to them. */
const names = {
  answer: {
    rows: 1,
    responseAggregationType: 1,
    metadata: 1,
  } satisfies NamesOf<searchconsole_v1.Schema$SearchAnalyticsQueryResponse>,
  row: {
    keys: 1,
    clicks: 1,
    impressions: 1,
    ctr: 1,
    position: 1,
  } satisfies NamesOf<searchconsole_v1.Schema$ApiDataRow>,
  metadata: {
    firstIncompleteDate: 1,
    firstIncompleteHour: 1,
  } satisfies NamesOf<searchconsole_v1.Schema$Metadata>,
  site: { siteUrl: 1, permissionLevel: 1 } satisfies NamesOf<searchconsole_v1.Schema$WmxSite>,
  sitemap: {
    path: 1,
    type: 1,
    contents: 1,
    errors: 1,
    warnings: 1,
    isPending: 1,
    isSitemapsIndex: 1,
    lastDownloaded: 1,
    lastSubmitted: 1,
  } satisfies NamesOf<searchconsole_v1.Schema$WmxSitemap>,
  content: {
    type: 1,
    submitted: 1,
    indexed: 1,
  } satisfies NamesOf<searchconsole_v1.Schema$WmxSitemapContent>,
};

type NamesOf<T> = Readonly<Record<keyof T, 1>>;

function expectOnly(value: object | null | undefined, published: object): void {
  expect(Object.keys(published)).toEqual(expect.arrayContaining(Object.keys(value ?? {})));
}

describe("the shapes, for the compiler", () => {
  test("a query that the sample reads is one that the client sends, name by name", () => {
    expectTypeOf<keyof AnalyticsQueryBody>().toEqualTypeOf<keyof Published["query"]>();
    expectTypeOf<AnalyticsQueryBody>().toExtend<Loose<Published["query"]>>();
    expectTypeOf<ReturnType<typeof queryOf>["requestBody"]>().toExtend<Published["query"]>();
  });

  test("an answer that the sample sends is one that the client reads", () => {
    expectTypeOf<AnalyticsAnswer>().toExtend<Loose<Published["answer"]>>();
    expectTypeOf<ReturnType<typeof siteOf>>().toExtend<searchconsole_v1.Schema$WmxSite>();
    expectTypeOf<
      ReturnType<typeof sitemapsOf>[number]
    >().toExtend<searchconsole_v1.Schema$WmxSitemap>();
  });
});

/** The published types, where theirs may be changed and ours may not, or may be absent. */
type Loose<T> = T extends readonly (infer E)[]
  ? readonly Loose<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Loose<T[K]> | undefined }
    : T;

describe("the shapes, as the client gets them", () => {
  async function client() {
    const { server } = await sampleServer();
    return { api: searchconsole({ version: "v1", rootUrl: server.url }), server };
  }

  test.each([
    ["final", { dataState: "final" }],
    ["all, by date", { dataState: "all", dimensions: ["date", "page"], endDate: "2026-05-20" }],
    ["by hour", { dataState: "hourly_all", dimensions: ["hour"], endDate: "2026-05-20" }],
    ["empty", { startRow: 25_000 }],
  ])("searchanalytics.query, %s", async (_name, more) => {
    const { api } = await client();
    const { data } = await api.searchanalytics.query({
      siteUrl: sampleSite,
      requestBody: { ...dayQuery("2026-05-06"), ...more },
    });
    expectOnly(data, names.answer);
    expectOnly(data.metadata, names.metadata);
    for (const row of data.rows ?? []) expectOnly(row, names.row);
    expect(typeof data.responseAggregationType).toBe("string");
  });

  test("sites.list and sites.get, with every permission level", async () => {
    const { api } = await client();
    const { data } = await api.sites.list();
    expectOnly(data, { siteEntry: 1 } satisfies NamesOf<searchconsole_v1.Schema$SitesListResponse>);
    expect(data.siteEntry?.length).toBeGreaterThanOrEqual(10);
    for (const site of data.siteEntry ?? []) {
      expectOnly(site, names.site);
      const one = await api.sites.get({ siteUrl: site.siteUrl ?? "" });
      expect(one.data).toEqual(site);
    }
    expect(new Set(data.siteEntry?.map((site) => site.permissionLevel))).toEqual(
      new Set(["siteOwner", "siteFullUser", "siteRestrictedUser", "siteUnverifiedUser"]),
    );
  });

  test("sitemaps.list", async () => {
    const { api } = await client();
    const { data } = await api.sitemaps.list({ siteUrl: sampleSite });
    expect(data.sitemap).toHaveLength(2);
    for (const sitemap of data.sitemap ?? []) {
      expectOnly(sitemap, names.sitemap);
      for (const content of sitemap.contents ?? []) expectOnly(content, names.content);
    }
  });

  test.each([
    ["sites.get of an unknown property", "sc-domain:nowhere.example", 404],
    ["sitemaps.list of a forbidden one", "sc-domain:forbidden.example", 403],
  ])("%s", async (name, siteUrl, status) => {
    const { api } = await client();
    const asked = name.startsWith("sites")
      ? api.sites.get({ siteUrl })
      : api.sitemaps.list({ siteUrl });
    await expect(asked).rejects.toMatchObject({ status });
  });

  test("sites and sitemaps count in no quota of search analytics", async () => {
    const { api, server } = await client();
    await api.sites.list();
    expect(server.seen().requests).toBe(0);
  });
});
