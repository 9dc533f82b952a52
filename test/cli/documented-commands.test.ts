import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { createProgram } from "../../cli/program.ts";

const documents = [
  "README.md",
  "docs/accounts.md",
  "docs/commands.md",
  "docs/export.md",
  "docs/home.md",
  "docs/reports.md",
  "docs/rollout.md",
  "docs/sample-server.md",
  "docs/sql.md",
  "docs/troubleshooting.md",
  "docs/nightly.md",
  "docs/quota.md",
  "docs/recipes.md",
  "docs/playbook.md",
  "docs/quick-reference.md",
];
const read = (document: string) =>
  readFileSync(join(import.meta.dirname, "../..", document), "utf8").replaceAll("\\|", "|");

/** Whole command lines, in fenced blocks and between backquotes. */
const examples = documents.flatMap((document) =>
  [...read(document).matchAll(/npx gsc-sync ([a-z][^`\n]*)/g)].map(([, line = ""]) => ({
    document,
    line: line.replace(/\s*[<>|)].*$/, "").trim(),
  })),
);

describe("a command line in the documents is one that the program takes", () => {
  test.for(examples)("$document: $line", async ({ line }) => {
    expect(await reached(words(line))).toBe(true);
  });

  test("and there are some", () => {
    expect(examples.length).toBeGreaterThan(20);
  });
});

test("every option in the table of commands is an option of its command, or of one below it", async () => {
  const program = await createProgram();
  const rows = [...read("docs/commands.md").matchAll(/^\| `([a-z-]+)([^\n]*) \|$/gm)].filter(
    ([, name]) => program.commands.some((command) => command.name() === name),
  );
  expect(rows.length).toBeGreaterThan(program.commands.length - 2);
  const unknown = rows.flatMap(([, name, rest = ""]) => {
    const command = program.commands.find((each) => each.name() === name);
    const own = command === undefined ? [] : [command, ...command.commands];
    const known = own.flatMap(({ options }) => options).map(({ long }) => long);
    const named = [...rest.matchAll(/--[a-z-]+/g)].map(([option]) => option);
    return named.filter((option) => !known.includes(option)).map((option) => `${name} ${option}`);
  });
  expect(unknown).toEqual([]);
});

test("every command has --help and --json, those below others too", async () => {
  const program = await createProgram();
  const leaves = leavesOf(program);
  expect(leaves.length).toBeGreaterThan(20);
  for (const command of leaves) {
    expect([command.name(), command.options.map(({ long }) => long)]).toEqual([
      command.name(),
      expect.arrayContaining(["--json"]),
    ]);
    expect(command.helpInformation()).toContain("--help");
  }
});

/** Whether the line comes as far as its command's work, which is left out. */
async function reached(args: readonly string[]): Promise<boolean> {
  const program = await createProgram();
  let worked = false;
  for (const command of leavesOf(program)) {
    command.action(() => {
      worked = true;
    });
  }
  await program.parseAsync([...args], { from: "user" });
  return worked;
}

function leavesOf(command: Command): readonly Command[] {
  const below = command.commands.flatMap(leavesOf);
  const worksItself = command.commands.length === 0 || command.name() === "sample-server";
  return worksItself ? [command, ...below] : below;
}

function words(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
}
