import type { Ledger } from "../../../shared/ledger/ledger.ts";
import { type SetSettings, settingsOver, withChange } from "../../../shared/ledger/settings.ts";
import { describeLedger } from "../../contracts/ledger-contract.ts";
import { memoryLedger } from "./memory-ledger.ts";

describeLedger("memory", async () => {
  const held = memoryLedger({ lever: 3 });
  let set: SetSettings = {};
  return {
    // Clients share what was set; each has defaults of its own.
    client: (defaults): Ledger => ({
      ...held,
      readSettings: async () => settingsOver(defaults, set),
      readSetSettings: async () => set,
      async changeSettings(change) {
        set = withChange(set, change);
        await held.changeSettings(change);
        return settingsOver(defaults, set);
      },
    }),
    close: async () => {},
  };
});
