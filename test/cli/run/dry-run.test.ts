import { describe, expect, test } from "vitest";
import { type DryRun, dryRunText } from "../../../cli/run/dry-run.ts";

const estimate: DryRun = {
  dryRun: true,
  siteUrl: "sc-domain:example.com",
  from: "2026-01-01",
  to: "2026-05-30",
  budgetPerMinute: 940,
  units: { planned: 3_000, skipped: 12 },
  requests: 3_000,
  requestsExact: false,
  minutes: 3.2,
  rows: 1_200_000,
  storageBytes: 1_200_000 * 350,
  reports: [
    { report: "page_query", units: 3_000, requests: 3_000, rows: 1_200_000, basis: "assumed" },
  ],
  costUsd: 0,
};
const canvas = { width: Number.POSITIVE_INFINITY, colour: false };

describe("a dry run", () => {
  test("that knows no page counts says that its requests are the least, and what is guessed", () => {
    expect(dryRunText(estimate, canvas)).toBe(
      [
        "Dry run: nothing was sent or stored",
        "  sc-domain:example.com, 2026-01-01 to 2026-05-30",
        "",
        "  units     3,000 to fetch, 12 complete and final",
        "  requests  at least 3,000: one a unit, more for a unit of more than 25,000 rows or several search appearances",
        "  time      at least 4 minutes at 940 requests a minute (Google's limit 1,200)",
        "  rows      about 1,200,000",
        "  storage   about 401 MiB",
        "  cost      $0: everything runs on this machine",
        "",
        "  The rows of page_query are a guess: nothing is stored of them yet.",
      ].join("\n"),
    );
  });

  test("that knows them says so", () => {
    const text = dryRunText(
      { ...estimate, requestsExact: true, minutes: 0.5, reports: [] },
      canvas,
    );
    expect(text).toContain("requests  3,000, as at the earlier fetches");
    expect(text).toContain("time      about a minute");
    expect(text).not.toContain("guess");
  });
});
