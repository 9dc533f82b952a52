import { appendFileSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  eventFile,
  openEventLog,
  pruneEventLog,
  readEventLines,
} from "../../../local/aws-servers/event-log.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

test("lines are read from where a reader left off", async () => {
  const folder = temporaryFolder();
  const log = openEventLog(folder);
  await log.append("run-1", ["one", "zwei é"]);
  const [first] = await readEventLines(folder, "run-1", 0);
  await log.append("run-1", ["three"]);
  const rest = await readEventLines(folder, "run-1", first?.end ?? 0);
  expect(rest.map(({ line }) => line)).toEqual(["zwei é", "three"]);
  expect(await readEventLines(folder, "run-1", rest.at(-1)?.end ?? 0)).toEqual([]);
  expect(await readEventLines(folder, "run-2", 0)).toEqual([]);
});

test("a line that a crash cut off is no event, and the next one is whole", async () => {
  const folder = temporaryFolder();
  const log = openEventLog(folder);
  await log.append("run-1", ["whole"]);
  appendFileSync(eventFile(folder, "run-1"), '{"cut');
  expect((await readEventLines(folder, "run-1", 0)).map(({ line }) => line)).toEqual(["whole"]);
  await log.append("run-1", ["next"]);
  expect(readFileSync(eventFile(folder, "run-1"), "utf8")).toBe("whole\nnext\n");
});

test("appends side by side are all there, each caller's in its order", async () => {
  const folder = temporaryFolder();
  const log = openEventLog(folder);
  const runs = ["run-1", "run-2"];
  const appends = Array.from({ length: 200 }, (_, index) =>
    log.append(runs[index % 2] ?? "", [`${index}a`, `${index}b`]),
  );
  await Promise.all(appends);
  for (const [which, runId] of runs.entries()) {
    const lines = await readEventLines(folder, runId, 0);
    const expected = Array.from({ length: 100 }, (_, index) => 2 * index + which);
    expect(lines.map(({ line }) => line)).toEqual(expected.flatMap((n) => [`${n}a`, `${n}b`]));
  }
});

test("a run's name is no way out of the folder", async () => {
  const folder = temporaryFolder();
  await openEventLog(folder).append("../run", ["one"]);
  expect(readdirSync(folder)).toEqual(["..%2Frun.jsonl"]);
});

test("what is older than 90 days goes", async () => {
  const folder = temporaryFolder();
  const nowMs = Date.parse("2026-11-21T00:00:00Z");
  for (const [name, days] of [
    ["old.jsonl", 91],
    ["old.jsonl.cursor", 91],
    ["young.jsonl", 89],
  ] as const) {
    const file = join(folder, name);
    writeFileSync(file, "");
    const at = new Date(nowMs - days * 86_400_000);
    utimesSync(file, at, at);
  }
  await pruneEventLog(folder, nowMs);
  expect(readdirSync(folder)).toEqual(["young.jsonl"]);
});
