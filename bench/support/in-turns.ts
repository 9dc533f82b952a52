export type Contender = {
  readonly name: string;
  /** Before the clock starts. */
  prepare?(): Promise<void>;
  run(): Promise<unknown>;
};

export type Measured = {
  readonly medianMs: number;
  /** Processor time of this process, ms. */
  readonly medianCpuMs: number;
  readonly allMs: readonly number[];
};

/**
 * Medians over rounds in which each contender has its turn, in an order that moves on: what the
 * machine does beside falls on all of them. A first round warms up and is not counted.
 */
export async function inTurns(
  contenders: readonly Contender[],
  rounds: number,
): Promise<ReadonlyMap<string, Measured>> {
  const taken = new Map(contenders.map(({ name }) => [name, [] as (readonly [number, number])[]]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const index of contenders.keys()) {
      const contender = contenders[(index + round) % contenders.length];
      if (contender === undefined) continue;
      await contender.prepare?.();
      const cpu = process.cpuUsage();
      const startedAt = performance.now();
      await contender.run();
      const ms = performance.now() - startedAt;
      const { user, system } = process.cpuUsage(cpu);
      if (round > 0) taken.get(contender.name)?.push([ms, (user + system) / 1_000]);
    }
  }
  return new Map(
    [...taken].map(([name, all]) => [
      name,
      {
        medianMs: median(all.map(([ms]) => ms)),
        medianCpuMs: median(all.map(([, cpuMs]) => cpuMs)),
        allMs: all.map(([ms]) => Math.round(ms)),
      },
    ]),
  );
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}
