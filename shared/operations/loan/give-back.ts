import type { SettingsChange } from "../../ledger/settings.ts";
import { resumeProperty } from "../../registry/property.ts";
import {
  adoptLoan,
  type Borrowable,
  borrowable,
  type Here,
  isAbandoned,
  type Loan,
  pauseReason,
} from "./loan.ts";
import type { LoanPorts } from "./loan-ports.ts";

export type GivenBack = {
  readonly loan: Loan;
  /** What a setting is again; null: what it is when nothing is set. */
  readonly settings: Readonly<Partial<Record<Borrowable, number | null>>>;
  readonly resumed: readonly string[];
};

/**
 * Gives back what a loan still holds, then ends the loan; safe to repeat. Only what is still as the
 * borrower made it: the rest was changed by a person meanwhile.
 */
export async function giveBack(loan: Loan, ports: LoanPorts): Promise<GivenBack> {
  let settings: GivenBack["settings"] = {};
  if (Object.keys(loan.settings).length > 0) {
    await ports.settings.changeSettings((set) => {
      settings = Object.fromEntries(
        borrowable.flatMap((name) => {
          const borrowed = loan.settings[name];
          const value = set[name] ?? null;
          if (borrowed === undefined || value === borrowed.found) return [];
          return borrowed.set.includes(value) ? [[name, borrowed.found]] : [];
        }),
      );
      return settings satisfies SettingsChange;
    });
  }
  const resumed: string[] = [];
  for (const siteUrl of loan.paused) {
    let ours = false;
    await ports.registry.changeProperty(siteUrl, (property) => {
      ours = property?.status === "paused" && property.reason === pauseReason(loan);
      return property !== undefined && ours ? resumeProperty(property, ports.nowMs()) : property;
    });
    if (ours) resumed.push(siteUrl);
  }
  await ports.loans.changeLoan((known) => (known?.loanId === loan.loanId ? undefined : known));
  return { loan, settings, resumed };
}

/**
 * Gives back what a borrower left that is gone; undefined when there is none such. Of several that
 * find it at once, one adopts the loan and the others leave it alone.
 */
export async function giveBackAbandoned(
  here: Here,
  ports: LoanPorts,
): Promise<GivenBack | undefined> {
  const found = await ports.loans.readLoan();
  if (found === undefined || !isAbandoned(found, here, ports.nowMs())) return undefined;
  let adopted: Loan | undefined;
  await ports.loans.changeLoan((known) => {
    const nowMs = ports.nowMs();
    adopted = undefined;
    if (known === undefined || !isAbandoned(known, here, nowMs)) return known;
    adopted = adoptLoan(known, here, nowMs);
    return adopted;
  });
  return adopted === undefined ? undefined : giveBack(adopted, ports);
}
