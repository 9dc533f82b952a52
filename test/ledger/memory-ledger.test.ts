import type { Ledger } from "../../shared/ledger/ledger.ts";
import { memoryLedger } from "../../shared/ledger/memory-ledger.ts";
import { describeLedger } from "../contracts/ledger-contract.ts";

describeLedger("memory", async () => {
  const held = memoryLedger({ lever: 0 });
  return {
    client: (defaults): Ledger => ({ ...held, readSettings: async () => defaults }),
    close: async () => {},
  };
});
