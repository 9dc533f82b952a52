import { defineConfig } from "vitest/config";

/** A file that the counts of the run go to, beside what a person reads. */
const report = process.env.GSC_SYNC_TEST_REPORT;

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 150_000,
    hookTimeout: 150_000,
    // Many of the tests wait, for leases and clocks, more than they compute.
    maxWorkers: 3,
    ...(report ? { reporters: ["default", "json"], outputFile: { json: report } } : {}),
  },
});
