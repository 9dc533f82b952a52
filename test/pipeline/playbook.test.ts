import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type SampleSearchConsole,
  startSampleSearchConsole,
} from "../../sample-search-console/sample-search-console.ts";
import type { TestHome } from "../support/homes/cli.ts";
import { aKeptHome } from "../support/homes/kept-home.ts";

const documents = ["docs/playbook.md", "docs/quick-reference.md"];

/** The lines of the fenced blocks, in their order, each once. */
const lines = [
  ...new Set(
    documents.flatMap((document) => {
      const text = readFileSync(join(import.meta.dirname, "../..", document), "utf8");
      return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) =>
        block.split("\n").filter((line) => line !== ""),
      );
    }),
  ),
];

/** test/pipeline/drill.test.ts runs these. */
const drills = lines.filter((line) => line.startsWith("npx gsc-sync drill "));

let server: SampleSearchConsole;
let home: TestHome;
let runId: string;
const site = "https://small.example/";

beforeAll(async () => {
  server = await startSampleSearchConsole();
  home = await aKeptHome({ GSC_API_ROOT_URL: server.url });
  const { json } = await home.run("backfill", "--site-url", site, "--days", "1", "--json");
  runId = json.runId;
});
afterAll(async () => {
  await home.remove();
  await server.stop();
});

describe("a command of the playbook and the quick reference does what a person would run it for", () => {
  test.each(lines.filter((line) => !drills.includes(line)))("%s", async (line) => {
    const [npx, name, command = "", ...args] = words(line);
    expect([npx, name]).toEqual(["npx", "gsc-sync"]);
    const log = join(home.folder, "..", "written.md");
    const finished = await home.run(
      command,
      ...args.map(asHere),
      ...(command === "gate" ? ["--log", log] : command === "rollout" ? ["--output", log] : []),
      "--json",
    );
    // A home of a minute's age has proved nothing yet.
    const expected = command === "gate" ? 1 : 0;
    expect([finished.code, finished.stderr]).toEqual([expected, expect.any(String)]);
    expect(finished.json).toBeTypeOf("object");
    if (command !== "gate") return;
    expect(finished.json).toMatchObject({ phase: args[1], pass: false });
    expect(finished.json.criteria.length).toBeGreaterThan(6);
    expect(readFileSync(log, "utf8")).toContain(`gate ${args[1]}: fail`);
  });
});

test("the drills that they name are the three that there are", () => {
  expect(drills.map((line) => words(line)[3])).toEqual([
    "rate-limit-spike",
    "persistence-backlog",
    "coordinator-fault",
  ]);
});

/** The sample server's property, a run that there is, fewer days. */
function asHere(word: string): string {
  if (word === "sc-domain:example.com") return site;
  if (word === "RUN") return runId;
  return word === "150" ? "2" : word;
}

function words(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
}
