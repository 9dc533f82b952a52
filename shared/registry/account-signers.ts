import type { AccountSigner } from "../quota/quota.ts";
import type { Registry } from "./registry.ts";

/** What one process knows of who signs each account's requests. */
export type AccountSigners = {
  /** As the registry had them within the last half minute. */
  read(): Promise<readonly AccountSigner[]>;
  /**
   * Keeps whose credentials an account's requests are signed with, as `signer` reads it; undefined:
   * they are not signed. Credentials that cannot be read show at the first request.
   */
  learn(
    accountId: string,
    signer: () => Promise<string | undefined>,
  ): Promise<readonly AccountSigner[]>;
};

const maxAgeMs = 30_000;

export function createAccountSigners(
  registry: Pick<Registry, "listSigners" | "noteSigner">,
  nowMs: () => number,
): AccountSigners {
  let known: readonly AccountSigner[] = [];
  let readAtMs = Number.NEGATIVE_INFINITY;

  async function read(): Promise<readonly AccountSigner[]> {
    if (Math.abs(nowMs() - readAtMs) >= maxAgeMs) {
      known = await registry.listSigners();
      readAtMs = nowMs();
    }
    return known;
  }

  return {
    read,
    async learn(accountId, ask) {
      const signer = await ask().catch(() => undefined);
      const before = await read();
      if (signer === undefined) return before;
      if (before.some((one) => one.accountId === accountId && one.signer === signer)) return before;
      await registry.noteSigner({ accountId, signer });
      readAtMs = Number.NEGATIVE_INFINITY;
      return read();
    },
  };
}
