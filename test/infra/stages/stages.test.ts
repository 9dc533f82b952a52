import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StageError, stageNamed } from "../../../infra/stages/stages.ts";
import { stageNames } from "../../../shared/config/names.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gsc-sync-stages-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const good = { retainData: false, logRetentionDays: 7, rowStore: "postgres" };

async function linesFor(text: string): Promise<readonly string[]> {
  await writeFile(join(folder, "dev.json"), text);
  try {
    stageNamed("dev", folder);
    return [];
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return error.message.split("\n");
  }
}

test.each(stageNames)("%s is read from its file", async (name) => {
  const file = join(import.meta.dirname, `../../../infra/stages/${name}.json`);
  expect(stageNamed(name)).toMatchObject({ name, ...JSON.parse(await readFile(file, "utf8")) });
});

test("only prod keeps its data when a stack goes", () => {
  expect(stageNames.filter((name) => stageNamed(name).retainData)).toEqual(["prod"]);
  expect(stageNamed("prod").pointInTimeRecovery).toBe(true);
});

describe("a stage's file", () => {
  test("has defaults for what it leaves out", async () => {
    await writeFile(join(folder, "dev.json"), JSON.stringify(good));
    expect(stageNamed("dev", folder)).toMatchObject({
      lever: 3,
      reserveConcurrency: true,
      maxQueueSize: 1_000,
      maxInFlight: 10,
      unitsAtOnce: 5,
      pointInTimeRecovery: true,
      tracing: false,
      nightly: { enabled: true, at: "06:00", propertiesAtOnce: 5 },
      alarms: { warn: [], page: [] },
      runbook: "docs/runbook.md",
    });
  });

  test.each([
    [{ lever: 6 }, "lever: "],
    [{ nightly: { at: "25:00" } }, "nightly.at: is no time of day like 06:30"],
    [{ alarms: { page: ["on-call"] } }, "alarms.page.0: is no e-mail address"],
    [{ logRetentionDays: 8 }, "logRetentionDays: is not one of 1, 3, 5"],
    [{ rowStore: "mysql" }, "rowStore: "],
    [{ region: "Frankfurt" }, "region: is no region like eu-central-1"],
    [{ account: "12" }, "account: is no account id"],
    [{ leverr: 3 }, "leverr"],
  ])("with %j fails with one line that names the file and the field", async (change, field) => {
    const lines = await linesFor(JSON.stringify({ ...good, ...change }));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/dev\.json: /);
    expect(lines[0]).toContain(field);
  });

  test("tells all its faults, a line each", async () => {
    const lines = await linesFor(JSON.stringify({ ...good, lever: -1, tracing: "yes" }));
    expect(lines).toHaveLength(2);
  });

  test.each(["{", "", "[]"])("that is %j fails with one line", async (text) => {
    const lines = await linesFor(text);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/dev\.json: /);
  });

  test("that is not there fails with one line", () => {
    expect(() => stageNamed("prod", folder)).toThrow(/prod\.json: cannot be read/);
  });
});
