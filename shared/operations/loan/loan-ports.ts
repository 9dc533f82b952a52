import type { Ledger } from "../../ledger/ledger.ts";
import type { Registry } from "../../registry/registry.ts";
import type { Loans } from "./loans.ts";

export type LoanPorts = {
  readonly loans: Loans;
  readonly settings: Pick<Ledger, "readSetSettings" | "changeSettings">;
  readonly registry: Pick<Registry, "changeProperty" | "readProperty">;
  readonly nowMs: () => number;
};
