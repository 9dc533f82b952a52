/** The first case; with `GSC_SYNC_CHAOS` (`npm run test:chaos`), which has the time, all of them. */
export function inEveryRun<Case>(cases: readonly Case[]): readonly Case[] {
  return process.env.GSC_SYNC_CHAOS ? cases : cases.slice(0, 1);
}
