import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { compileCache } from "./local/processes/clone-cache.ts";

// For the tests' own processes and all that they start: libraries are compiled once.
process.env.NODE_COMPILE_CACHE ??= compileCache;

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

/** What other tools read: they are large, and a command of its own, `npm run test:recipes`. */
const recipes = process.env.GSC_SYNC_RECIPES ? [] : ["test/recipes/**"];

/** Files that take a minute and more: one that begins last would be waited for alone. */
const long =
  /test\/(deploy\/|chaos\/|pipeline\/|rows\/(dynamo|postgres)-row-store|quota\/eight-workers|cli\/(refusals|aws-stage)|infra\/app\.|local\/(postgres\/postgres-template|home\/open-stack)|ledger\/dynamo-ledger)/;

class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => long.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...longChaos, ...deploy, ...recipes],
    // For a test that hangs, not for a machine that is busy.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Many of the tests wait, for leases and clocks, more than they compute.
    maxWorkers: 3,
    sequence: { sequencer: LongFilesFirst },
    ...(report ? { reporters: ["default", "json"], outputFile: { json: report } } : {}),
  },
});
