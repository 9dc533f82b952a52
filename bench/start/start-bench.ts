/**
 * From `npm start` in a fresh home to the first unit whose rows are visible, over what it takes Node
 * to start and do nothing. Sizes and import times of the handlers: `npm run bench:bundles`. Prints ratios; asserts nothing.
 *
 *   npm run bench:start -- [--rounds N]
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { aHome, type TestHome } from "../../test/support/homes/cli.ts";
import { waitUntil } from "../../test/support/wait-until.ts";
import { median } from "../support/in-turns.ts";
import { tellOutcome } from "../support/outcome.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" } } });

const fresh: number[] = [];
const bare: number[] = [];
for (let round = 0; round < Number(values.rounds); round += 1) {
  const home = await aHome();
  try {
    fresh.push(await firstUnitMs(home));
    bare.push(passed(() => execFileSync(process.execPath, ["--eval", ""])));
  } finally {
    await home.remove();
  }
}
tellOutcome({
  name: "start",
  ratios: [
    {
      what: "npm start to the first visible unit / an empty Node",
      value: median(fresh) / median(bare),
      aim: "",
    },
  ],
  raw: { firstUnitMs: fresh, emptyNodeMs: bare },
});

/** The home tells of each unit once its rows are visible. */
async function firstUnitMs(home: TestHome): Promise<number> {
  const events = join(home.folder, "events");
  const startedAt = performance.now();
  const { child, finished } = home.start("demo");
  await waitUntil("the first unit is visible", () => hasUnit(events), 90_000);
  const ms = performance.now() - startedAt;
  child.kill("SIGINT");
  child.kill("SIGINT");
  await finished;
  return ms;
}

function hasUnit(folder: string): boolean {
  try {
    return readdirSync(folder).some((file) => readFileSync(join(folder, file), "utf8") !== "");
  } catch {
    return false;
  }
}

function passed(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}
