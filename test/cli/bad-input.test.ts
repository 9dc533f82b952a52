import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aHome, type TestHome } from "../support/cli.ts";

const site = ["--site-url", "sc-domain:example.com"];

/** What was typed, and what the one line must say. */
const refused: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["an unknown command", ["frobnicate"], /unknown command/],
  ["an unknown option", ["backfill", ...site, "--days", "3", "--fast"], /--fast/],
  ["no property", ["backfill", "--days", "3"], /--site-url/],
  [
    "a property that is none",
    ["backfill", "--site-url", "example.com", "--days", "3"],
    /example\.com is not a property/,
  ],
  ["no days", ["backfill", ...site], /say which days/],
  ["days and dates", ["backfill", ...site, "--days", "3", "--from", "2026-09-01"], /either --days/],
  [
    "days that are no number",
    ["backfill", ...site, "--days", "three"],
    /--days three is not a whole number/,
  ],
  ["no days at all", ["backfill", ...site, "--days", "0"], /--days 0/],
  [
    "a date that is none",
    ["backfill", ...site, "--from", "2026-02-30", "--to", "2026-03-01"],
    /2026-02-30 is not a date/,
  ],
  [
    "a range backwards",
    ["backfill", ...site, "--from", "2026-09-02", "--to", "2026-09-01"],
    /before it begins/,
  ],
  ["the future", ["backfill", ...site, "--from", "2026-09-02", "--to", "2099-01-01"], /future/],
  [
    "longer ago than Google keeps",
    ["backfill", ...site, "--from", "2019-01-01", "--to", "2019-01-02"],
    /16 months/,
  ],
  ["an unknown report", ["backfill", ...site, "--days", "3", "--report", "nope"], /no report nope/],
  [
    "too many workers",
    ["backfill", ...site, "--days", "3", "--concurrency", "6"],
    /--concurrency 6/,
  ],
  ["too much quota", ["backfill", ...site, "--days", "3", "--qpm", "5000"], /--qpm 5000/],
  ["an unknown stage", ["status", "--stage", "production"], /--stage production/],
  [
    "rows in no format",
    ["rows", ...site, "--from", "2026-09-01", "--to", "2026-09-02", "--format", "xml"],
    /xml/,
  ],
  ["no run to halt", ["halt"], /run/],
];

describe("bad input gets one clear line and exit code 2, and nothing is started", () => {
  let home: TestHome;

  beforeAll(async () => {
    home = await aHome({ GSC_API_ROOT_URL: "http://127.0.0.1:1" });
  });
  afterAll(() => home.remove());

  test.each(refused)("%s", async (_name, args, line) => {
    const { code, stderr, stdout } = await home.run(...args);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^gsc-sync: [^\n]+\n$/);
    expect(stderr).toMatch(line);
    expect(existsSync(home.folder)).toBe(false);
  });

  test.each([
    ["GSC_SYNC_LEVER", "9"],
    ["GSC_SYNC_LEVER", "abc"],
    ["GSC_SYNC_UNITS_AT_ONCE", "99"],
  ])("%s=%s", async (name, value) => {
    const other = await aHome({ [name]: value });
    const { code, stderr } = await other.run("status");
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`^gsc-sync: ${name}=${value} is not a whole number .*\n$`));
    expect(existsSync(other.folder)).toBe(false);
    await other.remove();
  });

  test("a run that does not exist", async () => {
    const other = await aHome();
    try {
      const { code, stderr } = await other.run("halt", "no-such-run");
      expect(code).toBe(2);
      expect(stderr.trim()).toBe(
        'gsc-sync: there is no run no-such-run: "gsc-sync status" lists them',
      );
    } finally {
      await other.remove();
    }
  });
});

describe("what a server or a disk refuses is exit code 1", () => {
  test("no Search Console server is found out at the start", async () => {
    const home = await aHome({ GSC_API_ROOT_URL: "http://127.0.0.1:1" });
    const { code, stderr } = await home.run("backfill", ...site, "--days", "3");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^gsc-sync: no Search Console server answers at http:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\).*\n$/,
    );
    expect(existsSync(home.folder)).toBe(false);
    await home.remove();
  });

  test("a folder that is not a home", async () => {
    const home = await aHome();
    await mkdir(home.folder);
    await writeFile(join(home.folder, "diary.txt"), "dear diary");
    const { code, stderr } = await home.run("status");
    expect(code).toBe(1);
    expect(stderr).toMatch(/is not empty and not a gsc-sync home/);
    await home.remove();
  });

  test("a home of a newer version", async () => {
    const home = await aHome();
    await mkdir(home.folder);
    await writeFile(join(home.folder, "home.json"), '{"format": 99}');
    const { code, stderr } = await home.run("status");
    expect(code).toBe(1);
    expect(stderr).toMatch(/newer gsc-sync/);
    await home.remove();
  });
});
