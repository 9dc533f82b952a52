import { hostname } from "node:os";
import {
  borrowNightlySync,
  borrowSettings,
  renewLoan,
  takeLoan,
  type Wanted,
} from "../../shared/operations/loan/borrow.ts";
import {
  type GivenBack,
  giveBack,
  giveBackAbandoned,
} from "../../shared/operations/loan/give-back.ts";
import {
  type Borrowable,
  type Borrower,
  borrowable,
  type Here,
  holderText,
  loanMs,
} from "../../shared/operations/loan/loan.ts";
import type { LoanPorts } from "../../shared/operations/loan/loan-ports.ts";
import { CommandError, errorText } from "../output/errors.ts";
import type { DeployedStage } from "./deployed-stage.ts";
import type { StageTables } from "./stage.ts";

/** The changes that a command may make to the stage while it has the loan. */
export type StageLoan = {
  /**
   * @throws CommandError: a person has changed one of them meanwhile, or another command has the
   * loan.
   */
  set(wanted: Wanted): Promise<void>;
  /** Pauses the property's nightly sync. Returns false when it has none. */
  pauseNightlySync(siteUrl: string): Promise<boolean>;
  /** Aborts when the loan is lost: nothing more must be changed. */
  readonly lost: AbortSignal;
};

/**
 * Does work under the stage's loan, and restores what was changed in the end, also after an error.
 * For a process that dies, {@link giveBackLeft} does so. @throws CommandError: another rollout or
 * drill has the loan.
 */
export async function withLoan<Outcome>(
  stage: LoanStage,
  asked: Pick<Borrower, "loanId" | "borrower">,
  onNotice: (notice: string) => void,
  work: (loan: StageLoan) => Promise<Outcome>,
): Promise<Outcome> {
  const ports = loanPorts(stage);
  const here = thisProcess(stage);
  const { loanId } = asked;
  const taken = await takeLoan({ ...asked, host: here.host, pid: here.pid }, here, ports);
  if (taken.kind === "held") {
    throw new CommandError(
      `${holderText(taken.by)} has this stage's lever until it ends: wait for it, or stop it`,
    );
  }
  const lost = new AbortController();
  const renewing = setInterval(() => {
    // A renewal that fails is repeated long before the loan expires.
    renewLoan(loanId, here, ports).then(
      (mine) => mine || lost.abort(),
      () => {},
    );
  }, loanMs / 6);
  try {
    return await work({
      async set(wanted) {
        const borrowed = await borrowSettings(loanId, wanted, here, ports);
        if (borrowed.kind === "lost") throw lostLoan(asked);
        if (borrowed.kind === "theirs") {
          throw new CommandError(
            `somebody has changed ${borrowed.names.join(", ")} meanwhile (gsc-sync lever): it is left as it is, and the ${asked.borrower} ends`,
          );
        }
      },
      async pauseNightlySync(siteUrl) {
        return borrowNightlySync(loanId, siteUrl, here, ports);
      },
      lost: lost.signal,
    });
  } finally {
    clearInterval(renewing);
    const held = await stage.loans.readLoan();
    if (held?.loanId === loanId && held.pid === here.pid) {
      const back = givenBackText(await giveBack(held, ports));
      if (back !== undefined) onNotice(back);
    }
  }
}

/** Restores what a rollout or drill that was killed has left changed. */
export async function giveBackLeft(
  stage: LoanStage,
  onNotice: (notice: string) => void,
): Promise<void> {
  let back: GivenBack | undefined;
  try {
    back = await giveBackAbandoned(thisProcess(stage), loanPorts(stage));
  } catch (error) {
    // Other commands, above all a halt, must not fail because of it.
    onNotice(
      `what an earlier rollout or drill has changed could not be restored: ${errorText(error)}`,
    );
    return;
  }
  if (back === undefined) return;
  const { borrower, loanId } = back.loan;
  const what = givenBackText(back) ?? "nothing was left to restore";
  onNotice(`${borrower} ${loanId} ended without restoring what it had changed: ${what}`);
}

type LoanStage = StageTables & { readonly deployed: DeployedStage | null };

function loanPorts(stage: LoanStage): LoanPorts {
  const { loans, registry } = stage;
  return { loans, settings: settingsOf(stage), registry, nowMs: Date.now };
}

/** In AWS the worker's function and mapping follow the lever. */
function settingsOf({ ledger, deployed }: LoanStage): LoanPorts["settings"] {
  if (deployed === null) return ledger;
  const { workers, description } = deployed;
  return {
    readSetSettings: ledger.readSetSettings,
    async changeSettings(change) {
      const settings = await ledger.changeSettings(change);
      const { applyLever } = await import("../../shared/operations/lever/change-lever.ts");
      await applyLever({ ledger, workers, reserved: description.worker.reserved });
      return settings;
    },
  };
}

/**
 * Machines that share a stage in AWS may have the same host name: there only the lease tells
 * whether a process lives.
 */
function thisProcess({ deployed }: LoanStage): Here {
  return { host: hostname(), pid: process.pid, isAlive: deployed === null ? isAlive : () => true };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process is another user's, and alive.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function lostLoan({ borrower, loanId }: Pick<Borrower, "loanId" | "borrower">): CommandError {
  return new CommandError(
    `${borrower} ${loanId} did not answer for so long that another command restored what it had changed`,
  );
}

const words: Readonly<Record<Borrowable, string>> = {
  lever: "lever",
  inFlight: "in flight",
  queueSize: "queue",
  qpm: "requests a minute",
};

/** What was restored, in words; undefined when nothing had been changed. */
function givenBackText({ settings, resumed }: GivenBack): string | undefined {
  const parts = [
    ...borrowable.flatMap((name) => {
      const value = settings[name];
      if (value === undefined) return [];
      return [`${words[name]} back ${value === null ? "at its default" : `at ${value}`}`];
    }),
    ...resumed.map((siteUrl) => `nightly sync of ${siteUrl} resumed`),
  ];
  return parts.length === 0 ? undefined : parts.join(", ");
}
