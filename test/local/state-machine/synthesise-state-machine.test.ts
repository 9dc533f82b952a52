import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadStateMachineDefinition } from "../../../local/state-machine/synthesise-state-machine.ts";
import { stateNames } from "../../../shared/config/names.ts";

let cacheFolder = "";
beforeEach(async () => {
  cacheFolder = join(await mkdtemp(join(tmpdir(), "gsc-sync-synth-")), "cache");
});
afterEach(async () => {
  await rm(join(cacheFolder, ".."), { recursive: true, force: true });
});

describe("the state machine definition for local mode", () => {
  test("is what CDK synthesises, without a token left, and is kept in the cache folder", async () => {
    const definition = await loadStateMachineDefinition({ cacheFolder });

    expect(definition.StartAt).toBe(stateNames.planRun);
    expect(JSON.stringify(definition)).not.toMatch(/\$\{|Token|"Ref"|Fn::/);
    expect(await readdir(cacheFolder)).toHaveLength(1);
  });

  test("is read from the cache folder the second time", async () => {
    await loadStateMachineDefinition({ cacheFolder });
    const [file] = await readdir(cacheFolder);
    const planted = { StartAt: "Planted", States: {} };
    await writeFile(join(cacheFolder, file ?? ""), JSON.stringify(planted));

    expect(await loadStateMachineDefinition({ cacheFolder })).toEqual(planted);
  });

  test("is made anew when the cached one is broken", async () => {
    const definition = await loadStateMachineDefinition({ cacheFolder });
    const [file] = await readdir(cacheFolder);
    await writeFile(join(cacheFolder, file ?? ""), '{"StartAt": "Pla');

    expect(await loadStateMachineDefinition({ cacheFolder })).toEqual(definition);
  });

  test("is made once for callers at the same time", async () => {
    const [one, other] = await Promise.all([
      loadStateMachineDefinition({ cacheFolder }),
      loadStateMachineDefinition({ cacheFolder }),
    ]);

    expect(one).toEqual(other);
    expect(await readdir(cacheFolder)).toHaveLength(1);
  });
});
