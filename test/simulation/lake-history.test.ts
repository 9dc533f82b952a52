import { copyFile, mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { unitFileName, unitFolderOf } from "../../shared/rows/lake/lake-layout.ts";
import { readUnitFile } from "../../shared/rows/lake/parquet-unit-file.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type LakeBug, runLakeHistory } from "./lake-history.ts";

/** `GSC_SYNC_LAKE_HISTORIES=20000 npx vitest run test/simulation/lake-history.test.ts` takes minutes. */
const histories = Number(process.env.GSC_SYNC_LAKE_HISTORIES ?? 300);

test(`${histories} histories of a lake show each unit whole, and never go back`, {
  timeout: 3_600_000,
}, async () => {
  const root = temporaryFolder();
  const struck = new Map<string, number>();
  for (let seed = 1; seed <= histories; seed += 1) {
    const history = await runLakeHistory(seed, join(root, String(seed)));
    expect({ seed, violations: history.violations }).toEqual({ seed, violations: [] });
    for (const [what, times] of history.struck) struck.set(what, (struck.get(what) ?? 0) + times);
  }
  console.info(Object.fromEntries(struck));
  for (const what of [
    "flipped",
    "superseded",
    "a zombie comes back with an old file",
    "the keeper dies at a step",
    "the disk is full at a step",
    "a flip is repeated",
    "takes complete at once",
    "takes complete beside a purge",
    "a zombie comes back after a purge",
    "a purge ends",
    "a purge fails",
  ]) {
    expect({ what, times: struck.get(what) ?? 0 }).not.toEqual({ what, times: 0 });
  }
});

/** Puts a part in its place without a look at what is there. */
const comparesNothing: LakeBug = (keeper, layout) => ({
  ...keeper,
  async place(part) {
    const source = join(layout.incoming, part);
    const { record } = await readUnitFile(source);
    const target = join(layout.rows, unitFolderOf(record), unitFileName);
    await mkdir(dirname(target), { recursive: true });
    await rename(source, target);
    return "flipped";
  },
});

/** Says that it is stored before it is. */
const answersEarly: LakeBug = (keeper) => ({
  ...keeper,
  async place(part) {
    void keeper.place(part).catch(() => {});
    return "flipped";
  },
});

/** Two files of a unit, as an append would leave them. */
const keepsTheOldOne: LakeBug = (keeper, layout) => ({
  ...keeper,
  async place(part) {
    const source = join(layout.incoming, part);
    await copyFile(source, join(layout.incoming, `${part}.parquet`)).catch(() => {});
    return keeper.place(part);
  },
});

/** Deletes, and forgets that it did. */
const leavesNoTombstone: LakeBug = (keeper, { purges }) => ({
  ...keeper,
  async purge(purge) {
    const answer = await keeper.purge(purge);
    for (const name of await readdir(purges)) await rm(join(purges, name));
    return answer;
  },
});

test.each([
  ["forgets what it purged", leavesNoTombstone],
  ["compares nothing", comparesNothing],
  ["answers early", answersEarly],
  ["leaves a second file", keepsTheOldOne],
] as const)("a keeper that %s is found", async (_name, bug) => {
  const root = temporaryFolder();
  for (let seed = 1; seed <= 100; seed += 1) {
    const { violations } = await runLakeHistory(seed, join(root, String(seed)), bug);
    if (violations.length > 0) return;
  }
  expect.unreachable("nobody noticed");
});
