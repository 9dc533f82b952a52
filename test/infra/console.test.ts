import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exampleInput } from "../../infra/state-machines/sync-state-machine.ts";
import { PropertyBusyError } from "../../shared/ledger/property-lock.ts";
import { InvalidRequestError, parseRunRequest } from "../../shared/request/parse-run-request.ts";
import { RunRequestSchema } from "../../shared/request/run-request.ts";
import { synthesisedStacks } from "./synthesised-stacks.ts";

const text = await readFile(join(import.meta.dirname, "../../docs/console.md"), "utf8");
const blocks = (name: string) =>
  [
    ...text.matchAll(new RegExp(`<!-- tested: ${name} -->\n\`\`\`\\w*\n([\\s\\S]*?)\`\`\``, "g")),
  ].map(([, block = ""]) => block);
const inputs = blocks("input");
const nowMs = Date.parse("2026-06-20T12:00:00Z");

test.each(inputs)("an input to paste is one that planning takes: %s", (input) => {
  expect(parseRunRequest(JSON.parse(input), nowMs)).toMatchObject(JSON.parse(input));
});

test("the first input is the one that the machine shows in the console", () => {
  expect(JSON.parse(inputs[0] ?? "")).toEqual(exampleInput);
  const definition = JSON.stringify(
    synthesisedStacks("dev").pipeline.findResources("AWS::StepFunctions::StateMachine", {
      Properties: { StateMachineName: "gsc-sync-dev-sync" },
    }),
  );
  expect(definition).toContain("Input to start it by hand");
});

test("every field of the input is explained", () => {
  const explained = text.match(/^\| `.*? \|/gm)?.join(" ") ?? "";
  for (const field of Object.keys(RunRequestSchema.shape))
    expect(explained).toContain(`\`${field}\``);
});

test("what is wrong is said as the page says it", () => {
  const wrong = { siteUrl: "example.com", from: "1 March", to: "2031-01-31", maxInFlight: 0 };
  const said = [
    causeOf(() => parseRunRequest(wrong, nowMs)),
    causeOf(() => parseRunRequest({ ...exampleInput, to: "2031-01-31" }, nowMs)),
    new PropertyBusyError("sc-domain:example.com", "night-2026-06-20").message,
  ].join("\n");
  for (const line of blocks("causes").join("").trim().split("\n")) expect(said).toContain(line);
});

test.each([null, [], "sc-domain:example.com", 7, {}])("%j is refused, with a cause", (input) => {
  expect(causeOf(() => parseRunRequest(input, nowMs))).toMatch(/\w/);
});

function causeOf(work: () => unknown): string {
  try {
    work();
    return "";
  } catch (error) {
    if (error instanceof InvalidRequestError) return error.message;
    throw error;
  }
}
