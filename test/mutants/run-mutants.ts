/**
 * Changes one line of an invariant at a time, in a copy, and runs the tests nearest to it: a mutant
 * that they pass has survived. The tests must pass on the copy as it is, or they would kill anything.
 * `npm run mutants [-- PART OF A FILE'S NAME]`; exit 1 if any survives.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mutations } from "./mutations.ts";

const root = join(import.meta.dirname, "../..");
const wanted = process.argv[2] ?? "";
const copy = mkdtempSync(join(tmpdir(), "gsc-sync-mutants-"));
let survivors = 0;

try {
  execFileSync("git", ["clone", "--quiet", "--no-hardlinks", root, copy]);
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  const chosen = mutations.filter((each) => each.file.includes(wanted));
  const all = new Set(chosen.flatMap(({ tests }) => tests));
  const unchanged = testCopy([...all], all.size * 300_000);
  if (unchanged !== "passed") throw new Error("the tests do not pass on what is committed");
  for (const { file, from, to, tests } of chosen) {
    const path = join(copy, file);
    const source = readFileSync(path, "utf8");
    if (source.split(from).length !== 2) throw new Error(`${file} does not hold once: ${from}`);
    writeFileSync(
      path,
      source.replace(from, () => to),
    );
    const outcome = testCopy(tests, 300_000);
    writeFileSync(path, source);
    if (outcome === "passed") survivors += 1;
    const verdict = { passed: "SURVIVED", failed: "killed  ", hung: "hung    " }[outcome];
    console.info(`${verdict}  ${file}: ${from} → ${to}  (${tests.join(", ")})`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.info(`${survivors} survived`);
process.exitCode = survivors === 0 ? 0 : 1;

/** `hung`: a mutant may well loop for ever; so may a machine that is busy. */
function testCopy(tests: readonly string[], timeout: number): "passed" | "failed" | "hung" {
  const { status, signal } = spawnSync(
    process.execPath,
    [join(copy, "node_modules/vitest/vitest.mjs"), "run", "--bail=1", ...tests],
    { cwd: copy, stdio: "ignore", timeout },
  );
  if (signal !== null) return "hung";
  return status === 0 ? "passed" : "failed";
}
