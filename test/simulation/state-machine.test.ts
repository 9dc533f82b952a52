import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadStateMachineDefinition } from "../../local/state-machine/synthesise-state-machine.ts";

test("the simulated state machine follows the definition that CDK synthesises", async () => {
  const file = join(import.meta.dirname, "sync-state-machine.json");
  const cacheFolder = await mkdtemp(join(tmpdir(), "gsc-sync-simulated-"));
  try {
    const synthesised = await loadStateMachineDefinition({ cacheFolder });
    // Made anew with: node infra/state-machines/print-sync-state-machine.ts > test/simulation/sync-state-machine.json
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual(synthesised);
  } finally {
    await rm(cacheFolder, { recursive: true, force: true });
  }
});
