import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gsc-sync-count-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const loaded = { status: "passed", assertionResults: [{}] };
const broken = { status: "failed", assertionResults: [] };

test("a good run counts what passed and succeeds", async () => {
  expect(await count({ passed: 5 })).toEqual({ line: "5 passed, 0 failed", exitCode: 0 });
});

test("a failed test fails", async () => {
  const run = await count({ passed: 5, failed: 1, commandCode: 1 });
  expect(run).toEqual({ line: "5 passed, 1 failed", exitCode: 1 });
});

test("a file that does not load counts as failed", async () => {
  const run = await count({ passed: 5, files: [loaded, broken], commandCode: 1 });
  expect(run).toEqual({ line: "5 passed, 1 failed", exitCode: 1 });
});

test("a command that failed although its tests passed counts as failed", async () => {
  const run = await count({ passed: 5, commandCode: 1 });
  expect(run).toEqual({ line: "5 passed, 1 failed", exitCode: 1 });
});

test("a run without a report, a broken report or no test has failed", async () => {
  const nothing = { line: "0 passed, 1 failed", exitCode: 1 };
  expect(await count({ report: undefined })).toEqual(nothing);
  expect(await count({ report: "{" })).toEqual(nothing);
  expect(await count({ passed: 0 })).toEqual(nothing);
});

test("a skipped test is told, and is a failure in CI", async () => {
  const line = "5 passed, 0 failed, 2 skipped";
  expect(await count({ passed: 5, skipped: 2 })).toEqual({ line, exitCode: 0 });
  expect(await count({ passed: 5, skipped: 2, ci: true })).toEqual({ line, exitCode: 1 });
});

type Run = {
  readonly passed?: number;
  readonly failed?: number;
  readonly skipped?: number;
  readonly files?: readonly unknown[];
  readonly report?: string | undefined;
  readonly commandCode?: number;
  readonly ci?: boolean;
};

async function count(run: Run): Promise<{ line: string | undefined; exitCode: number | null }> {
  const counts = {
    numPassedTests: run.passed ?? 0,
    numFailedTests: run.failed ?? 0,
    numPendingTests: run.skipped ?? 0,
    numTodoTests: 0,
    testResults: run.files ?? [loaded],
  };
  const text = "report" in run ? run.report : JSON.stringify(counts);
  const file = join(folder, "tests.json");
  await rm(file, { force: true });
  if (text !== undefined) await writeFile(file, text);
  const program = join(import.meta.dirname, "../../.ci/count-tests.mjs");
  const { stdout, status } = spawnSync(
    process.execPath,
    [program, file, String(run.commandCode ?? 0)],
    { encoding: "utf8", env: run.ci ? { CI: "true" } : {} },
  );
  return { line: stdout.trimEnd().split("\n").at(-1), exitCode: status };
}
