import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseConfiguration } from "../../shared/config/configuration.ts";
import { builtInReports } from "../../shared/request/built-in-reports.ts";

const good = { id: "brand", dimensions: ["query"] };

function faultsOf(configuration: unknown): readonly string[] {
  const parsed = parseConfiguration(JSON.stringify(configuration));
  return parsed.kind === "faults" ? parsed.faults : [];
}

describe("a configuration", () => {
  test("of reports: web and final unless they say otherwise, filters equals unless they do", () => {
    const filters = [{ dimension: "country", expression: "usa" }];
    const reports = [{ ...good, dimensionFilterGroups: [{ filters }] }];
    expect(parseConfiguration(JSON.stringify({ reports }))).toEqual({
      kind: "configuration",
      configuration: {
        reports: [
          {
            id: "brand",
            searchType: "web",
            dimensions: ["query"],
            dataState: "final",
            dimensionFilterGroups: [
              {
                groupType: "and",
                filters: [{ dimension: "country", operator: "equals", expression: "usa" }],
              },
            ],
          },
        ],
      },
    });
  });

  test("is what docs/reports.md shows", () => {
    const page = readFileSync(new URL("../../docs/reports.md", import.meta.url), "utf8");
    const example = /<!-- tested: configuration -->\n```json\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
    expect(parseConfiguration(example)).toMatchObject({
      kind: "configuration",
      configuration: { reports: [{ id: "mobile_brand_queries" }] },
    });
  });

  test("docs/reports.md names every built-in report", () => {
    const page = readFileSync(new URL("../../docs/reports.md", import.meta.url), "utf8");
    const missing = builtInReports.filter(({ id }) => !page.includes(`\`${id}\``));
    expect(missing).toEqual([]);
  });

  test("of nothing is a good one", () => {
    expect(parseConfiguration("{}")).toEqual({
      kind: "configuration",
      configuration: { reports: [] },
    });
  });

  test("tells every fault at once, each with its field or its report", () => {
    const faults = faultsOf({
      reports: [
        { id: "Brand!", dimensions: ["query"] },
        { id: "a", dimensions: ["colour"], searchType: "podcast" },
        { id: "b", dimensions: ["query"], searchType: "discover" },
        { id: "pages", dimensions: ["page"] },
        good,
        good,
        { id: "c", dimensions: [], dimensionFilterGroups: [{ filters: [{ dimension: "page" }] }] },
        { id: "d", dimensions: [], filter: [] },
      ],
    });
    const expected = [
      /^reports\[0\]\.id: is not a name/,
      /^reports\[1\]\.dimensions\[0\]: /,
      /^reports\[1\]\.searchType: /,
      /^reports\[6\]\.dimensionFilterGroups\[0\]\.filters\[0\]\.expression: /,
      /^reports\[7\]: .*filter/,
      /^report b: Google has no dimension query for the search type discover$/,
      /^report pages: there is a built-in report of this id$/,
      /^report brand: the id stands there twice$/,
    ];
    for (const pattern of expected) {
      expect(faults).toContainEqual(expect.stringMatching(pattern));
    }
    expect(faults).toHaveLength(expected.length);
  });

  test.each([
    ["{", "the file is not JSON"],
    ["[]", "Invalid input: expected object, received array"],
    ['{"report": []}', 'Unrecognized key: "report"'],
    ['{"reports": {}}', "reports: Invalid input: expected array, received object"],
  ])("%s is refused: %s", (text, fault) => {
    expect(parseConfiguration(text)).toEqual({ kind: "faults", faults: [fault] });
  });
});
