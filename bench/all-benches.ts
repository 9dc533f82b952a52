/**
 * Runs the benchmarks one after the other, each in a process of its own, and prints one table of
 * their ratios; the figures behind them are in `output/bench/`. Prints ratios; asserts nothing.
 *
 *   npm run bench -- [NAME]...
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { outcomeFile, parseOutcome, ratioTable } from "./support/outcome.ts";

const names = ["start", "ingest", "lake", "overhead", "memory", "speedup", "scale"];
const asked = process.argv.slice(2);
const outcomes = names
  .filter((name) => asked.length === 0 || asked.includes(name))
  .flatMap((name) => {
    console.log(`\n== ${name}`);
    rmSync(outcomeFile(name), { force: true });
    const file = fileURLToPath(new URL(`./${name}/${name}-bench.ts`, import.meta.url));
    const { status } = spawnSync(process.execPath, [file], { stdio: "inherit" });
    if (status !== 0) process.exitCode = 1;
    return existsSync(outcomeFile(name))
      ? [parseOutcome(readFileSync(outcomeFile(name), "utf8"))]
      : [];
  });
console.log(`\n${ratioTable(outcomes)}`);
