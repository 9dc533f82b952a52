import { configDefaults, defineConfig } from "vitest/config";

/** A file that the counts of the run go to, beside what a person reads. */
const report = process.env.GSC_SYNC_TEST_REPORT;

/** Most of the chaos waits for leases, for minutes: a command of its own, `npm run test:chaos`. */
const longChaos = process.env.GSC_SYNC_CHAOS
  ? []
  : ["killed-owner", "zombies", "lost-messages", "failing-stores"].map(
      (name) => `test/chaos/${name}.test.ts`,
    );

/** Deploys onto an emulator of AWS: a command of its own, `npm run test:deploy`, and CI's. */
const deploy = process.env.GSC_SYNC_DEPLOY ? [] : ["test/deploy/**"];

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...longChaos, ...deploy],
    testTimeout: 150_000,
    hookTimeout: 150_000,
    // Many of the tests wait, for leases and clocks, more than they compute.
    maxWorkers: 3,
    ...(report ? { reporters: ["default", "json"], outputFile: { json: report } } : {}),
  },
});
