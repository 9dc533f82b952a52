import type { Ledger } from "../../shared/ledger/ledger.ts";
import { memoryLedger } from "../../shared/ledger/memory-ledger.ts";
import { type SettingsChange, withChange } from "../../shared/ledger/settings.ts";
import { describeLedger } from "../contracts/ledger-contract.ts";

describeLedger("memory", async () => {
  const held = memoryLedger({ lever: 0 });
  let set: SettingsChange = {};
  return {
    // Clients share what was set; each has defaults of its own.
    client: (defaults): Ledger => ({
      ...held,
      readSettings: async () => withChange(defaults, set),
      async changeSettings(change) {
        set = withChange(set, change);
        return withChange(defaults, set);
      },
    }),
    close: async () => {},
  };
});
