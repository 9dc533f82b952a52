import { parseArgs } from "node:util";
import { addCoverage, allMoves, newCoverage } from "./coverage.ts";
import { type History, runHistory } from "./history.ts";
import { isBugName, plantedBugs } from "./planted-bugs.ts";
import { replayCommand } from "./replay-command.ts";

// A program: runs histories until its time is over, or replays one with its event log.

const usage = `npm run soak -- [--minutes N] [--histories N] [--seed S] [--bug NAME]
npm run soak -- --replay S [--bug NAME]
bugs: ${Object.keys(plantedBugs).join(", ")}`;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    histories: { type: "string", default: "" },
    seed: { type: "string", default: "" },
    replay: { type: "string" },
    bug: { type: "string", default: "" },
    help: { type: "boolean", default: false },
  },
});
const bugName = isBugName(values.bug) ? values.bug : undefined;

if (values.help || (values.bug !== "" && bugName === undefined)) {
  console.log(usage);
  process.exitCode = values.help ? 0 : 2;
} else if (values.replay !== undefined) {
  await replay(Number(values.replay));
} else {
  await soak();
}

async function replay(seed: number): Promise<void> {
  const history = await runHistory(seed, { bug: bugOf(), log: (line) => console.log(line) });
  const struck = [...history.struck].map(([kind, times]) => `${kind} ${times}`).join(", ");
  console.log(`seed ${seed}: ${history.steps} steps; faults: ${struck}`);
  for (const violation of history.violations) console.log(`VIOLATION ${violation}`);
  process.exitCode = history.violations.length === 0 ? 0 : 1;
}

async function soak(): Promise<void> {
  const first = values.seed === "" ? Date.now() % 1_000_000_000 : Number(values.seed);
  const most = values.histories === "" ? Number.POSITIVE_INFINITY : Number(values.histories);
  const startedMs = performance.now();
  const endsMs = startedMs + Number(values.minutes) * 60_000;
  const coverage = newCoverage();
  const figures = { histories: 0, failed: 0, steps: 0, faults: 0, saidMs: startedMs };
  const say = () =>
    console.log(
      `${figures.histories} histories from seed ${first} on, ${perMinute(figures.histories, startedMs)} a minute of wall time, ` +
        `${perCpuMinute(figures.histories)} of CPU time, ${figures.failed} with a violation`,
    );
  for (let seed = first; figures.histories < most; seed += 1) {
    if (most === Number.POSITIVE_INFINITY && performance.now() >= endsMs) break;
    const history = await runHistory(seed, { bug: bugOf() });
    figures.histories += 1;
    figures.steps += history.steps;
    figures.faults += faultsOf(history);
    addCoverage(coverage, history.coverage);
    if (history.violations.length > 0) {
      figures.failed += 1;
      console.log(`seed ${seed}: ${history.violations.join("; ")}`);
      console.log(`  ${replayCommand(seed, bugName)}`);
    }
    if (performance.now() - figures.saidMs < 30_000) continue;
    figures.saidMs = performance.now();
    say();
  }
  say();
  const each = (total: number) => (total / Math.max(figures.histories, 1)).toFixed(1);
  console.log(`${each(figures.steps)} steps and ${each(figures.faults)} faults a history`);
  console.log(`transitions: ${listed(coverage.transitions)}`);
  console.log(`${coverage.crashPoints.size} crash points: ${listed(coverage.crashPoints)}`);
  const missing = allMoves.filter((move) => !coverage.transitions.has(move));
  if (missing.length > 0) console.log(`transitions not reached: ${missing.join(", ")}`);
  process.exitCode = figures.failed === 0 ? 0 : 1;
}

function bugOf() {
  return bugName === undefined ? undefined : plantedBugs[bugName];
}

function faultsOf({ struck }: History): number {
  return [...struck.values()].reduce((sum, times) => sum + times, 0);
}

function perMinute(histories: number, sinceMs: number): number {
  return Math.round((histories * 60_000) / Math.max(performance.now() - sinceMs, 1));
}

function perCpuMinute(histories: number): number {
  const { user, system } = process.cpuUsage();
  return Math.round((histories * 60_000_000) / (user + system));
}

function listed(tally: ReadonlyMap<string, number>): string {
  return [...tally]
    .sort(([, a], [, b]) => b - a)
    .map(([name, times]) => `${name} ${times}`)
    .join(", ");
}
