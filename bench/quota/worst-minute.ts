/** Whether a claim at the instant is granted. */
export type Decide = (nowMs: number) => Promise<boolean>;

const startMs = 1_763_700_000_000;
const quietMs = 50_000;
const wholeMs = 180_000;

/**
 * Most grants in any 60 s, for a claimer that has little to do at first and much from the 50th
 * second on. Time is the claimer's own: a granted claim takes 10 ms, after a denied one it waits.
 */
export async function worstMinute(decide: Decide): Promise<number> {
  const granted: number[] = [];
  let passedMs = 0;
  while (passedMs < wholeMs) {
    const yes = await decide(startMs + passedMs);
    if (yes) granted.push(passedMs);
    passedMs += passedMs < quietMs ? 1_000 : yes ? 10 : 250;
  }
  let first = 0;
  return granted.reduce((worst, atMs, index) => {
    while (atMs - (granted[first] ?? atMs) >= 60_000) first += 1;
    return Math.max(worst, index - first + 1);
  }, 0);
}
