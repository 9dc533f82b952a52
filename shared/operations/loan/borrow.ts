import type { SetSettings, SettingsChange } from "../../ledger/settings.ts";
import { pauseProperty } from "../../registry/property.ts";
import { giveBackAbandoned } from "./give-back.ts";
import {
  type Borrowable,
  type BorrowedSettings,
  type Borrower,
  borrowable,
  type Here,
  type Loan,
  loanMs,
  newLoan,
  pauseReason,
} from "./loan.ts";
import type { LoanPorts } from "./loan-ports.ts";

export type Wanted = { readonly [Name in Borrowable]?: number | undefined };

/** `theirs`: a person has changed it since, and it stays. `lost`: the loan is another's by now. */
export type Borrowed =
  | { readonly kind: "set" }
  | { readonly kind: "theirs"; readonly names: readonly Borrowable[] }
  | { readonly kind: "lost" };

/** Takes the stage's loan, giving back first what an abandoned one holds. */
export async function takeLoan(
  borrower: Borrower,
  here: Here,
  ports: LoanPorts,
): Promise<{ readonly kind: "taken" } | { readonly kind: "held"; readonly by: Loan }> {
  await giveBackAbandoned(here, ports);
  const now = await ports.loans.changeLoan((known) =>
    known === undefined ? newLoan(borrower, ports.nowMs()) : known,
  );
  if (now !== undefined && now.loanId !== borrower.loanId) return { kind: "held", by: now };
  return { kind: "taken" };
}

/** Keeps it for another {@link loanMs}. False: it is another's by now. */
export async function renewLoan(loanId: string, here: Here, ports: LoanPorts): Promise<boolean> {
  const now = await ports.loans.changeLoan((known) =>
    known !== undefined && isMine(known, loanId, here)
      ? { ...known, untilMs: ports.nowMs() + loanMs }
      : known,
  );
  return now !== undefined && isMine(now, loanId, here);
}

/** Sets what runs share, until it is given back. */
export async function borrowSettings(
  loanId: string,
  wanted: Wanted,
  here: Here,
  ports: LoanPorts,
): Promise<Borrowed> {
  const known = await ports.settings.readSetSettings();
  const loan = await ports.loans.changeLoan((now) =>
    now !== undefined && isMine(now, loanId, here)
      ? { ...now, settings: withWanted(now.settings, wanted, known) }
      : now,
  );
  if (loan === undefined || !isMine(loan, loanId, here)) return { kind: "lost" };
  let theirs: readonly Borrowable[] = [];
  await ports.settings.changeSettings((set) => {
    theirs = namesOf(wanted).filter((name) => !isOursToSet(loan.settings, name, set));
    return Object.fromEntries(
      namesOf(wanted)
        .filter((name) => !theirs.includes(name))
        .map((name) => [name, wanted[name]]),
    ) satisfies SettingsChange;
  });
  if (theirs.length > 0) return { kind: "theirs", names: theirs };
  // From here on any earlier value of ours is a person's choice, and stays.
  await ports.loans.changeLoan((now) =>
    now !== undefined && isMine(now, loanId, here)
      ? { ...now, settings: withLast(now.settings, wanted) }
      : now,
  );
  return { kind: "set" };
}

function withLast(borrowed: BorrowedSettings, wanted: Wanted): BorrowedSettings {
  const last = namesOf(wanted).flatMap((name) => {
    const known = borrowed[name];
    return known === undefined ? [] : [[name, { ...known, set: [wanted[name] ?? null] }]];
  });
  return { ...borrowed, ...Object.fromEntries(last) };
}

/** Lets nightly syncs pass over the property. False: nothing to pause, or the loan is another's. */
export async function borrowNightlySync(
  loanId: string,
  siteUrl: string,
  here: Here,
  ports: LoanPorts,
): Promise<boolean> {
  const property = await ports.registry.readProperty(siteUrl);
  if (property?.status !== "active") return false;
  const loan = await ports.loans.changeLoan((now) =>
    now !== undefined && isMine(now, loanId, here) && !now.paused.includes(siteUrl)
      ? { ...now, paused: [...now.paused, siteUrl] }
      : now,
  );
  if (loan === undefined || !isMine(loan, loanId, here)) return false;
  const paused = await ports.registry.changeProperty(siteUrl, (current) =>
    current?.status === "active"
      ? pauseProperty(current, ports.nowMs(), pauseReason(loan))
      : current,
  );
  return paused?.status === "paused";
}

function isMine(loan: Loan, loanId: string, { host, pid }: Here): boolean {
  return loan.loanId === loanId && loan.host === host && loan.pid === pid;
}

/** What is found is written down once; what is made of it, each time. */
function withWanted(
  borrowed: BorrowedSettings,
  wanted: Wanted,
  set: SetSettings,
): BorrowedSettings {
  const added = namesOf(wanted).map((name) => {
    const before = borrowed[name] ?? { found: set[name] ?? null, set: [] };
    return [name, { found: before.found, set: [...before.set, wanted[name] ?? null] }];
  });
  return { ...borrowed, ...Object.fromEntries(added) };
}

function isOursToSet(borrowed: BorrowedSettings, name: Borrowable, set: SetSettings): boolean {
  const value = set[name] ?? null;
  const { found = null, set: ours = [] } = borrowed[name] ?? {};
  return value === found || ours.includes(value);
}

function namesOf(wanted: Wanted): readonly Borrowable[] {
  return borrowable.filter((name) => wanted[name] !== undefined);
}
