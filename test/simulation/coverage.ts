import { type Hold, isEnded, queueSize, type Run } from "../../shared/ledger/run.ts";

/** How often each transition and each crash point was reached, over all histories. */
export type Coverage = { readonly transitions: Tally; readonly crashPoints: Tally };

export type Tally = Map<string, number>;

export function newCoverage(): Coverage {
  return { transitions: new Map(), crashPoints: new Map() };
}

export function count(tally: Tally, name: string, times = 1): void {
  tally.set(name, (tally.get(name) ?? 0) + times);
}

export function addCoverage(all: Coverage, more: Coverage): void {
  for (const [name, times] of more.transitions) count(all.transitions, name, times);
  for (const [name, times] of more.crashPoints) count(all.crashPoints, name, times);
}

/** What a write of the run item did: its transitions by name. */
export function movesOf(before: Run, after: Run): readonly string[] {
  const moves: string[] = [];
  if (before.status !== after.status) moves.push(`${before.status} -> ${after.status}`);
  if (before.execution !== after.execution) {
    moves.push(isEnded(before.status) ? "resume" : "hand over");
  }
  if (after.admitted > before.admitted) moves.push("admit");
  if (queueSize(after) === after.maxQueueSize) moves.push("queue full");
  const batchIds = new Set([...Object.keys(before.inFlight), ...Object.keys(after.inFlight)]);
  for (const batchId of batchIds) {
    moves.push(...moveOf(batchId, before.inFlight[batchId], after.inFlight[batchId], after));
  }
  return moves;
}

function moveOf(
  batchId: string,
  was: Hold | undefined,
  is: Hold | undefined,
  after: Run,
): readonly string[] {
  if (was === undefined) return [is?.token === 0 ? "send" : "hold without a send"];
  if (is === undefined) {
    const back = after.returned.some((batch) => batch.batchId === batchId);
    if (!back) return ["submit"];
    return [was.token === 0 ? "sent batch goes back" : "taken batch goes back"];
  }
  if (was.token === is.token)
    return was.untilMs === is.untilMs ? [] : [is.token === 0 ? "expire and send" : "renew"];
  if (is.token === 0) return ["expire and send"];
  return [was.token === 0 ? "take" : "take over"];
}

/** The transitions that some hundred histories reach; "take over" needs a dispatcher away. */
export const allMoves = [
  "planned -> running",
  "planned -> failed",
  "running -> waiting",
  "waiting -> running",
  "running -> halting",
  "running -> halted",
  "waiting -> halted",
  "halting -> halted",
  "halting -> failed",
  "running -> complete",
  "running -> completed_with_failures",
  "halted -> running",
  "failed -> running",
  "resume",
  "hand over",
  "admit",
  "queue full",
  "send",
  "take",
  "expire and send",
  "renew",
  "submit",
  "sent batch goes back",
  "taken batch goes back",
  "slot given",
  "slot come back to",
  "slot refused",
] as const;
