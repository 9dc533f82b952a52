import * as z from "zod";

const settingValue = z.number().nullable();

/** Null: nothing is set. */
const BorrowedSettingSchema = z.object({
  found: settingValue,
  /** All that the borrower made of it, one after the other; written before it is made. */
  set: z.array(settingValue),
});

/**
 * What a rollout or a drill has changed of a stage, with what it found: the settings that all runs
 * share, and the nightly sync of a property. A stage has one loan at most.
 *
 *   none ──take──> held ──renew──> held ──give back──> none
 *                   │                                   ^
 *                   └─ lease over, or borrower dead ─> abandoned ──adopt, give back──┘
 *
 * Each change is written here before it is made, so that another command that finds the loan abandoned can undo
 * it. What a person has changed meanwhile is that person's, and stays.
 */
export const LoanSchema = z.object({
  loanId: z.string(),
  borrower: z.enum(["rollout", "drill"]),
  /** Where the borrower runs. */
  host: z.string(),
  pid: z.int(),
  /** Epoch ms. */
  startedAtMs: z.number(),
  untilMs: z.number(),
  settings: z.object({
    lever: BorrowedSettingSchema.exactOptional(),
    inFlight: BorrowedSettingSchema.exactOptional(),
    queueSize: BorrowedSettingSchema.exactOptional(),
    qpm: BorrowedSettingSchema.exactOptional(),
  }),
  /** The properties whose nightly sync it pauses. */
  paused: z.array(z.string()),
});

export type Loan = z.infer<typeof LoanSchema>;
export type Borrower = Pick<Loan, "loanId" | "borrower" | "host" | "pid">;
export type BorrowedSettings = Loan["settings"];
export const borrowable = ["lever", "inFlight", "queueSize", "qpm"] as const;
export type Borrowable = (typeof borrowable)[number];

/** A borrower that does not renew for this long has let go. */
export const loanMs = 60_000;

/** Who asks, and what is known here of the borrower. */
export type Here = {
  readonly host: string;
  readonly pid: number;
  isAlive(pid: number): boolean;
};

export function newLoan(borrower: Borrower, nowMs: number): Loan {
  const held = { startedAtMs: nowMs, untilMs: nowMs + loanMs };
  return { ...borrower, ...held, settings: {}, paused: [] };
}

/** Nobody holds it any more: its lease has run out or, on this machine, its borrower is dead. */
export function isAbandoned(loan: Loan, here: Here, nowMs: number): boolean {
  return loan.untilMs <= nowMs || (loan.host === here.host && !here.isAlive(loan.pid));
}

/** The loan in the hands of the command that gives it back in the borrower's place. */
export function adoptLoan(loan: Loan, { host, pid }: Here, nowMs: number): Loan {
  return { ...loan, host, pid, untilMs: nowMs + loanMs };
}

/** Why a property is paused that a loan pauses; nobody else's pause says the same. */
export function pauseReason({ borrower, loanId }: Borrower): string {
  return `${borrower} ${loanId} has paused it, and resumes it when it ends.`;
}

/** Who has it, as a line says it. */
export function holderText({ borrower, loanId, pid, host }: Borrower): string {
  return `${borrower} ${loanId} (pid ${pid} on ${host})`;
}
