import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { completionTree } from "../../../cli/options/completion.ts";
import { completionScript } from "../../../cli/options/completion-scripts.ts";
import { createProgram } from "../../../cli/program.ts";
import { testedBlock } from "../../support/documents/tested-block.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const tree = completionTree(await createProgram());

/** What bash offers after these words; the last one is being typed. */
function bashOffers(...words: readonly string[]): readonly string[] {
  const file = join(temporaryFolder(), "completion.bash");
  writeFileSync(file, completionScript("bash", tree));
  const program = `source ${file}
COMP_WORDS=(gsc-sync ${words.map((word) => `'${word}'`).join(" ")})
COMP_CWORD=${words.length}
_gsc_sync
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync("bash", ["-c", program], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return stdout.split("\n").filter((line) => line !== "");
}

describe("bash is offered", () => {
  test("every command", async () => {
    const names = (await createProgram()).commands.map((command) => command.name());
    expect(bashOffers("")).toEqual(expect.arrayContaining(names));
  });

  test("commands that begin with what is typed", () => {
    expect(bashOffers("ba")).toEqual(["backfill"]);
    expect(bashOffers("properties", "pa")).toEqual(["pause"]);
  });

  test("a command's options, also after others", () => {
    expect(bashOffers("properties", "add", "--site-url", "sc-domain:x.y", "--qp")).toEqual([
      "--qpm",
    ]);
    expect(bashOffers("sync", "--js")).toEqual(["--json"]);
  });

  test("an option's values", () => {
    expect(bashOffers("rows", "--format", "")).toEqual(["jsonl", "csv"]);
  });

  test("nothing, and so file names, where a value may be anything", () => {
    expect(bashOffers("properties", "add", "--credentials", "")).toEqual([]);
  });
});

test("the documented lines complete gsc-sync in bash", () => {
  const program = `${testedBlock("docs/commands.md", "completion").replaceAll("npx gsc-sync", `${process.execPath} cli/gsc-sync.mjs`)}
complete -p gsc-sync
COMP_WORDS=(gsc-sync back); COMP_CWORD=1; _gsc_sync; echo "$COMPREPLY"
gsc-sync --version`;
  const cwd = join(import.meta.dirname, "../../..");
  const { stdout, stderr } = spawnSync("bash", ["-c", program], { cwd, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout).toMatch(/-F _gsc_sync gsc-sync\nbackfill\n\d+\.\d+\.\d+\n$/);
});

test.each([
  ["zsh", ["-n"]],
  ["fish", ["--no-execute"]],
] as const)("%s can read its script", (shell, flags) => {
  const there = spawnSync(shell, ["--version"]).status === 0;
  if (!there) return expect(completionScript(shell, tree)).toContain("properties add");
  const file = join(temporaryFolder(), "completion");
  writeFileSync(file, completionScript(shell, tree));
  const { status, stderr } = spawnSync(shell, [...flags, file], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
});
