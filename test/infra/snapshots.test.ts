import type { Template } from "aws-cdk-lib/assertions";
import { expect, test } from "vitest";
import { synthesisedStacks } from "./synthesised-stacks.ts";

// What a deploy would make, to be read in a review. Hashes of code are left out: they change with
// every line of a handler.

const { data, pipeline, observability, escalation, queries } = synthesisedStacks("prod");

test.each([
  ["data", data],
  ["pipeline", pipeline],
  ["observability", observability],
  ["escalation", escalation],
  ["queries", queries],
] as const)("the %s stack of prod", async (name, template) => {
  await expect(redacted(template)).toMatchFileSnapshot(`snapshots/${name}.json`);
});

function redacted(template: Template): string {
  const text = JSON.stringify(template.toJSON(), null, 2);
  return `${text.replaceAll(/[0-9a-f]{64}/g, "HASH").replaceAll(/CurrentVersion[0-9a-fA-F]{40}/g, "CurrentVersion")}\n`;
}
