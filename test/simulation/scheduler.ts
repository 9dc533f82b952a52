import type { Dice } from "./dice.ts";

/**
 * A process as the scheduler sees it.
 *
 *   live ──die──> dead: nothing of it ever goes on
 *   live ──pause──> paused ──its time is over──> live, with whatever it was about to do
 */
export type Process = {
  readonly name: string;
  readonly role: string;
  /** Its clock less the true time, ms. */
  readonly clockOffsetMs: number;
  /** How much longer than asked it sleeps. */
  readonly drowsiness: number;
  dead: boolean;
  pausedUntilMs: number;
  /** Wakes who waits for its end. */
  readonly death: Promise<void>;
  die(): void;
};

export function newProcess(role: string, name: string, clockOffsetMs = 0, drowsiness = 1): Process {
  const { promise, resolve } = Promise.withResolvers<void>();
  const process: Process = {
    name,
    role,
    clockOffsetMs,
    drowsiness,
    dead: false,
    pausedUntilMs: 0,
    death: promise,
    die() {
      process.dead = true;
      resolve();
    },
  };
  return process;
}

/** What becomes of a process that is about to go on. */
export type Fate = (process: Process, label: string, nowMs: number) => void;

export type Scheduler = {
  /** True time, epoch ms. */
  nowMs(): number;
  /** How often somebody went on. */
  steps(): number;
  /** An await point: resolves when it is this one's turn, never when its process has died. */
  turn(process: Process, label: string): Promise<void>;
  /** Resolves `ms` later at the earliest, or soon after the signal aborts. */
  sleep(process: Process, ms: number, signal?: AbortSignal): Promise<void>;
  /** Does `work` after `ms`, unless it is cancelled before: the function that it returns. */
  after(process: Process, ms: number, work: () => void): () => void;
  /** Lets one after the other go on until `done`, or nobody has anything left to do. */
  run(done: () => boolean): Promise<void>;
};

/**
 * Virtual time, and who goes on at each await. Among those that may, chance picks one; time passes
 * a little with each step and jumps when all sleep. Everything is decided by the dice, so a history
 * is its seed.
 */
export function scheduler(options: {
  readonly dice: Dice;
  readonly startMs: number;
  readonly fate: Fate;
  /** How long a step takes; a few ms by chance unless it is said. */
  readonly stepMs?: () => number;
  readonly log?: ((line: string) => void) | undefined;
}): Scheduler {
  const { dice, fate, stepMs = () => dice.below(4), log } = options;
  const ready: Waiter[] = [];
  const sleepers = waiterHeap();
  let nowMs = options.startMs;
  let steps = 0;

  function wakeSleepers(): void {
    const first = sleepers.first();
    if (ready.length === 0 && first !== undefined) nowMs = Math.max(nowMs, first.atMs);
    for (let next = sleepers.first(); next && next.atMs <= nowMs; next = sleepers.first()) {
      sleepers.pop();
      if (!next.gone) ready.push(next);
    }
  }

  function pick(): Waiter | undefined {
    while (ready.length > 0 || sleepers.first() !== undefined) {
      wakeSleepers();
      const index = dice.below(ready.length);
      const waiter = ready[index];
      const last = ready.pop();
      if (waiter === undefined || last === undefined) continue;
      if (waiter !== last) ready[index] = last;
      if (waiter.gone || waiter.process.dead) continue;
      if (waiter.process.pausedUntilMs <= nowMs) return waiter;
      waiter.atMs = waiter.process.pausedUntilMs;
      sleepers.push(waiter);
    }
    return undefined;
  }

  function goOn(waiter: Waiter): void {
    const { process, label } = waiter;
    steps += 1;
    nowMs += stepMs();
    fate(process, label, nowMs);
    if (process.dead) return;
    if (process.pausedUntilMs > nowMs) {
      waiter.atMs = process.pausedUntilMs;
      sleepers.push(waiter);
      return;
    }
    log?.(`${process.name} ${label}`);
    waiter.gone = true;
    waiter.wake();
  }

  return {
    nowMs: () => nowMs,
    steps: () => steps,
    turn(process, label) {
      return new Promise((wake) => {
        ready.push({ process, label, wake, atMs: nowMs, order: 0, gone: false });
      });
    },
    sleep(process, ms, signal) {
      return new Promise((wake) => {
        const atMs = signal?.aborted ? nowMs : nowMs + Math.max(ms, 0);
        const waiter: Waiter = { process, label: "awake", wake, atMs, order: 0, gone: false };
        sleepers.push(waiter);
        if (signal === undefined || signal.aborted) return;
        const onAbort = () => {
          if (waiter.gone) return;
          waiter.gone = true;
          ready.push({ ...waiter, gone: false });
        };
        signal.addEventListener("abort", onAbort, { once: true });
      });
    },
    after(process, ms, work) {
      const atMs = nowMs + Math.max(ms, 0);
      const waiter: Waiter = { process, label: "alarm", wake: work, atMs, order: 0, gone: false };
      sleepers.push(waiter);
      return () => {
        waiter.gone = true;
      };
    },
    run(done) {
      return new Promise((resolve, reject) => {
        function step(): void {
          try {
            const waiter = done() ? undefined : pick();
            if (waiter === undefined) {
              resolve();
            } else {
              goOn(waiter);
              setImmediate(step);
            }
          } catch (error) {
            reject(error);
          }
        }
        step();
      });
    },
  };
}

type Waiter = {
  readonly process: Process;
  readonly label: string;
  readonly wake: () => void;
  atMs: number;
  /** Keeps those of one instant in the order in which they lay down. */
  order: number;
  gone: boolean;
};

/** Sleepers, the earliest first: a binary heap. */
function waiterHeap() {
  const heap: Waiter[] = [];
  let laid = 0;
  const before = (a: Waiter, b: Waiter) =>
    a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

  function swap(a: number, b: number): void {
    const [first, second] = [heap[a], heap[b]];
    if (first === undefined || second === undefined) return;
    heap[a] = second;
    heap[b] = first;
  }

  function isBefore(a: number, b: number): boolean {
    const [first, second] = [heap[a], heap[b]];
    return first !== undefined && second !== undefined && before(first, second);
  }

  return {
    first: () => heap[0],
    push(waiter: Waiter): void {
      laid += 1;
      waiter.order = laid;
      heap.push(waiter);
      for (let at = heap.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1;
        if (!isBefore(at, parent)) return;
        swap(at, parent);
        at = parent;
      }
    },
    pop(): void {
      swap(0, heap.length - 1);
      heap.pop();
      for (let at = 0; ; ) {
        const [left, right] = [2 * at + 1, 2 * at + 2];
        const least = isBefore(right, left) ? right : left;
        if (!isBefore(least, at)) return;
        swap(at, least);
        at = least;
      }
    },
  };
}
