import { type LeverEffect, leverEffect } from "../../config/lever-effect.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { Settings, SettingsChange } from "../../ledger/settings.ts";
import { errorMessage } from "../../lib/error-message.ts";
import type { WorkerLimits, WorkersNow } from "./worker-limits.ts";

/** The lever is set in some places and not in the others: the same change again completes it. */
export class LeverError extends Error {
  readonly code = "LEVER";

  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = "LeverError";
  }
}

export type LeverPorts = {
  readonly ledger: Pick<Ledger, "readSettings" | "changeSettings">;
  readonly workers: WorkerLimits;
  /** False: the account has no concurrency to reserve. */
  readonly reserved: boolean;
  /** The lever while nobody has set one. */
  readonly defaultLever: number;
};

/**
 * Changes a stage's settings, and the function's and the mapping's limits with the lever. What goes
 * down is changed first and what goes up last, the tightest limit outermost, so that between any two
 * writes no more workers may run than the lower of the two levers allows. What is as it should be
 * is left alone, so a repeat completes a change that broke off. @throws LeverError
 */
export async function changeLever(change: SettingsChange, ports: LeverPorts): Promise<Settings> {
  const { ledger, workers, reserved, defaultLever } = ports;
  if (change.lever === undefined) return ledger.changeSettings(change);
  const [settings, now] = await Promise.all([ledger.readSettings(), workers.read()]);
  const lever = change.lever ?? defaultLever;
  const to = leverEffect(lever);
  let changed = settings;
  const parts: LeverPart[] = [
    ...(reserved ? [reservation(to.reservedConcurrency, now.reservedConcurrency, workers)] : []),
    {
      name: `the ledger's lever ${lever}`,
      from: settings.lever,
      to: lever,
      // What was a default until now is set from now on.
      always: true,
      async apply() {
        changed = await ledger.changeSettings(change);
      },
    },
    {
      name: `the mapping's ${to.mappingEnabled ? `maximum ${to.mappingMaximum}` : "stop"}`,
      from: now.mappingEnabled ? (now.mappingMaximum ?? Number.POSITIVE_INFINITY) : 0,
      to: to.mappingEnabled ? to.mappingMaximum : 0,
      always: !hasMapping(now, to),
      apply: () => workers.setMapping(to),
    },
  ];
  await applyInOrder(parts);
  const { lever: latest } = await ledger.readSettings();
  if (latest !== lever) await applyLever(ports);
  return changed;
}

/** Somebody may set the lever while it is applied: then what was set last is, so often at most. */
const mostTimes = 5;

/** As {@link changeLever} sets them, for settings that are in force already: after a deploy. */
export async function applyLever(
  ports: Pick<LeverPorts, "workers" | "reserved"> & {
    readonly ledger: Pick<Ledger, "readSettings">;
  },
): Promise<Settings> {
  for (let times = 1; ; times += 1) {
    const settings = await ports.ledger.readSettings();
    await applyOnce(settings, ports);
    const { lever } = await ports.ledger.readSettings();
    if (lever === settings.lever || times === mostTimes) return settings;
  }
}

async function applyOnce(
  settings: Settings,
  { workers, reserved }: Pick<LeverPorts, "workers" | "reserved">,
): Promise<void> {
  const to = leverEffect(settings.lever);
  const now = await workers.read();
  if (reserved) {
    const part = reservation(to.reservedConcurrency, now.reservedConcurrency, workers);
    if (part.from !== part.to) await part.apply();
  } else if (now.reservedConcurrency !== null) {
    await workers.reserve(null);
  }
  if (!hasMapping(now, to)) await workers.setMapping(to);
}

/** A stopped mapping has a maximum too. */
function hasMapping(now: WorkersNow, to: LeverEffect): boolean {
  return now.mappingMaximum === to.mappingMaximum && now.mappingEnabled === to.mappingEnabled;
}

type LeverPart = {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Written although nothing goes up or down. */
  readonly always?: boolean;
  apply(): Promise<void>;
};

function reservation(to: number, from: number | null, workers: WorkerLimits): LeverPart {
  return {
    name: `the reserved concurrency ${to}`,
    from: from ?? Number.POSITIVE_INFINITY,
    to,
    apply: () => workers.reserve(to),
  };
}

/** `parts`: the one that holds at once and for all first. */
async function applyInOrder(parts: readonly LeverPart[]): Promise<void> {
  const down = parts.filter(({ from, to }) => to < from);
  const up = parts.filter(({ from, to }) => to > from).reverse();
  const same = parts.filter(({ from, to, always }) => to === from && always);
  const left = [...down, ...same, ...up];
  const done: string[] = [];
  for (const { name, apply } of left) {
    try {
      await apply();
      done.push(name);
    } catch (error) {
      const rest = left.slice(done.length).map((part) => part.name);
      throw new LeverError(
        `${done.length === 0 ? "nothing is changed" : `done: ${done.join(", ")}`}; not done: ${rest.join(", ")} (${textOf(error)}). Say the same again: it mends what is left`,
        error,
      );
    }
  }
}

function textOf(error: unknown): string {
  return errorMessage(error).replace(/\s+/g, " ");
}
