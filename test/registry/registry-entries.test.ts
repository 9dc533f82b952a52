import { describe, expect, test } from "vitest";
import { credentialFilesOf, parseRegistryEntries } from "../../shared/registry/registry-entries.ts";

const options = {
  absolute: (path: string) => `/here/${path}`,
  reportFault: (id: string) => (id === "page_query" ? undefined : `there is no report ${id}`),
};

test("accounts and properties are read, paths made absolute", () => {
  const input = {
    accounts: { seo: { file: "seo.json" }, blog: { variable: "BLOG_KEY" } },
    properties: [
      { siteUrl: "sc-domain:example.com", accountId: "seo", reports: ["page_query"], qpm: 60 },
      { siteUrl: "https://example.com/", concurrency: null },
    ],
  };
  expect(parseRegistryEntries(input, options)).toEqual({
    faults: [],
    entries: {
      accounts: [
        { accountId: "seo", credentials: { kind: "file", path: "/here/seo.json" } },
        { accountId: "blog", credentials: { kind: "environment", variable: "BLOG_KEY" } },
      ],
      properties: [
        {
          siteUrl: "sc-domain:example.com",
          settings: { accountId: "seo", reports: ["page_query"], qpm: 60 },
        },
        { siteUrl: "https://example.com/", settings: { concurrency: null } },
      ],
    },
  });
  expect(credentialFilesOf(input, options.absolute)).toEqual(["/here/seo.json"]);
});

describe("every fault is named at once, and then nothing is registered", () => {
  test("of accounts and properties", () => {
    const { entries, faults } = parseRegistryEntries(
      {
        accounts: { "a b": { file: "x" }, both: { file: "y", variable: "z" } },
        properties: [
          { siteUrl: "example.com", qpm: 5_000, concurrency: 9, reports: ["nope"] },
          { siteUrl: "sc-domain:example.com", reports: [], speed: 3 },
          { accountId: "seo" },
        ],
      },
      options,
    );
    expect(entries).toEqual({ accounts: [], properties: [] });
    expect(faults).toEqual([
      "an account id has letters, digits and . _ @ - only, 64 at most",
      "an account has a file, or a variable that names one, and nothing else",
      "example.com is not a property: write sc-domain:example.com or https://example.com/ as Search Console shows it",
      "there is no report nope",
      "qpm is a whole number from 1 to 1200",
      "concurrency is a whole number from 1 to 5",
      "a property has at least one report",
      'properties.1: Unrecognized key: "speed"',
      "a property has a siteUrl",
    ]);
  });

  test("of a property that is there twice", () => {
    const twice = { siteUrl: "sc-domain:example.com" };
    const { faults } = parseRegistryEntries({ properties: [twice, twice] }, options);
    expect(faults).toEqual(["sc-domain:example.com is there twice"]);
  });

  test.each([[], "text", null, { property: [] }])("of %j, which is none of it", (input) => {
    expect(parseRegistryEntries(input, options).faults).toHaveLength(1);
  });
});
