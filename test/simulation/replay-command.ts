/** The one command that runs a history again, with its event log. */
export function replayCommand(seed: number, bug?: string): string {
  const planted = bug === undefined ? "" : ` --bug "${bug}"`;
  return `npm run soak -- --replay ${seed}${planted}`;
}
