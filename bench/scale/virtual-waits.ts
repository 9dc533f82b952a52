import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers/promises";

/** Has the adapters' own waits, which take no clock, pass on virtual time. */
export function virtualWaits(sleep: (ms: number) => Promise<void>): void {
  async function wait<T>(ms = 0, value?: T): Promise<T | undefined> {
    await sleep(ms);
    return value;
  }
  Object.assign(timers, { setTimeout: wait });
  syncBuiltinESMExports();
}
