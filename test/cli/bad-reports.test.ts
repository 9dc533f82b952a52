import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aHome, type TestHome } from "../support/homes/cli.ts";

const backfill = ["backfill", "--site-url", "sc-domain:example.com"];

/** The configuration, what was typed, and what the one line must say. */
const refused: readonly (readonly [string, object, readonly string[], RegExp])[] = [
  [
    "an unknown report, with those that there are",
    { reports: [{ id: "mine", dimensions: ["page"] }] },
    [...backfill, "--days", "3", "--report", "nope"],
    /there is no report nope: there is page_query, .*mine$/m,
  ],
  [
    "a report that Google would refuse",
    { reports: [{ id: "mine", searchType: "discover", dimensions: ["query"] }] },
    [...backfill, "--days", "3", "--report", "mine"],
    /report mine: Google has no dimension query for the search type discover$/m,
  ],
  [
    "a configuration with several faults, all at once",
    {
      reports: [
        { id: "Mine", dimensions: ["page"] },
        { id: "pages", dimensions: ["page"] },
      ],
    },
    [...backfill, "--days", "3"],
    /is wrong: reports\[0\]\.id: is not a name.*; report pages: there is a built-in report of this id$/m,
  ],
  [
    "hours of days that Google keeps none of",
    {},
    [...backfill, "--days", "30", "--report", "hourly_totals"],
    /is too old for hourly_totals: Google keeps hours for 10 days, since /,
  ],
];

describe("a report that cannot be asked for is exit code 2, one line, nothing started", () => {
  let folder: string;
  let home: TestHome;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "gsc-sync-config-"));
    home = await aHome({
      GSC_API_ROOT_URL: "http://127.0.0.1:1",
      GSC_SYNC_CONFIG: join(folder, "gsc-sync.config.json"),
    });
  });
  afterAll(async () => {
    await home.remove();
    await rm(folder, { recursive: true });
  });

  test.each(refused)("%s", async (_name, configuration, args, line) => {
    await writeFile(join(folder, "gsc-sync.config.json"), JSON.stringify(configuration));
    const { code, stderr, stdout } = await home.run(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^gsc-sync: [^\n]+\n$/);
    expect(stderr).toMatch(line);
    expect(existsSync(home.folder)).toBe(false);
  });
});
