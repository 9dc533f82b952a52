import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { StageSettingsSchema } from "../../infra/stages/stage-settings.ts";
import { leverEffect } from "../../shared/config/lever-effect.ts";
import { resourceNames } from "../../shared/config/names.ts";
import { defaultAccountId } from "../../shared/request/account.ts";
import { knownDifferences, unproven } from "../deploy/known-differences.ts";
import { testedBlock } from "../support/documents/tested-block.ts";
import { synthesisedStacks } from "./synthesised-stacks.ts";

// docs/deploying.md, held to what is deployed.

const page = await readFile(join(import.meta.dirname, "../../docs/deploying.md"), "utf8");
const commands = testedBlock("docs/deploying.md", "first-sync").trim().split("\n");
const { pipeline } = synthesisedStacks("dev");

test("four commands go from an empty account to the first synced property", () => {
  expect(commands).toHaveLength(4);
});

test("they name the secret that workers read, and the output that the stack has", () => {
  const { accountSecrets } = resourceNames("dev");
  expect(commands[1]).toContain(`--name ${accountSecrets}${defaultAccountId} `);
  const output = /OutputKey=='(\w+)'/.exec(commands[3] ?? "")?.[1] ?? "";
  expect(Object.keys(pipeline.findOutputs(output))).toEqual([output]);
});

test("every field of a stage's file is explained", () => {
  const fields = [...page.matchAll(/^\| (`[^|]+) \|/gm)].map(([, first]) => first).join(" ");
  for (const field of Object.keys(StageSettingsSchema.shape))
    expect(fields).toContain(`\`${field}\``);
});

test.each([0, 1, 2, 3, 5])(
  "at lever %d the function and its mapping are set as the table says",
  (lever) => {
    const row = new RegExp(`^\\| ${lever} \\| (\\d) \\| (\\d) \\| (\\w+) \\|$`, "m").exec(page);
    const { reservedConcurrency, mappingMaximum, mappingEnabled } = leverEffect(lever);
    expect(row?.slice(1)).toEqual([
      String(reservedConcurrency),
      String(mappingMaximum),
      mappingEnabled ? "enabled" : "disabled",
    ]);
  },
);

test("what the deploy check cannot prove is held by tests that are there", async () => {
  const files = [...knownDifferences, ...unproven].flatMap(({ heldBy }) => heldBy);
  await Promise.all(files.map((file) => access(join(import.meta.dirname, "../..", file))));
  expect(files.length).toBeGreaterThan(10);
});
