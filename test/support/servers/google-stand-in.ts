import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GateAnswer, startGatedSearchConsole } from "../fakes/gated-search-console.ts";
import { startTokenServer } from "./token-server.ts";

/** Google as an account meets it: its token endpoint, a gated Search Console, a folder for keys. */
export async function startGoogleStandIn(
  gate: (request: { readonly token: string }) => GateAnswer = () => undefined,
) {
  const folder = mkdtempSync(join(tmpdir(), "gsc-sync-google-"));
  const tokens = await startTokenServer();
  const server = await startGatedSearchConsole({ gate });
  return {
    tokens,
    server,
    folder,
    async stop() {
      await server.stop();
      await tokens.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

export type GoogleStandIn = Awaited<ReturnType<typeof startGoogleStandIn>>;
