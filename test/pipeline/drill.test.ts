import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aHome, type TestHome } from "../support/homes/cli.ts";
import { inEveryRun } from "../support/homes/in-every-run.ts";

describe("a drill", () => {
  let home: TestHome;
  let log: string;

  beforeAll(async () => {
    // A database that nobody could reach: what is set for a person's home is not the drill's.
    home = await aHome({ GSC_SYNC_POSTGRES_URL: "postgres://nobody@127.0.0.1:9/none" });
    log = join(home.folder, "..", "log.md");
  });
  afterAll(() => home.remove());

  // Together: most of a drill is waiting.
  test.concurrent.each(
    inEveryRun([
      ["rate-limit-spike", 120_000, ["lever set to 1", "usage watched"], ["--watch", "2s"]],
      ["coordinator-fault", 600_000, ["run stopped", "in flight cleared, restarted"], []],
      ["persistence-backlog", 300_000, ["in flight set to 5", "lever set to 2"], []],
    ] as const),
  )(
    "%s is within its budget, and nothing is lost",
    async (name, budgetMs, did, more) => {
      const drill = await home.run("drill", name, ...more, "--log", log, "--yes", "--json");
      expect(drill.json).toMatchObject({
        scenario: name,
        pass: true,
        failure: null,
        budgetMs,
        rows: { equal: true, missing: 0, wrong: 0 },
      });
      expect(drill.code).toBe(0);
      expect(drill.json.detectionToEffectMs).toBeGreaterThan(0);
      expect(drill.json.detectionToEffectMs).toBeLessThan(budgetMs);
      expect(drill.json.rows.found).toBeGreaterThan(500);

      const steps: readonly string[] = drill.json.steps.map(({ step }: { step: string }) => step);
      const at = (begins: string) => steps.findIndex((step) => step.startsWith(begins));
      const order = [
        "provoked",
        "detected",
        ...did.slice(0, 1),
        "effect",
        "the settings are as",
        "the run has",
      ];
      const places = order.map((begins) => at(begins));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(places).not.toContain(-1);
      expect(did.map(at)).not.toContain(-1);
      expect(await readFile(log, "utf8")).toContain(`drill ${name}: pass`);
    },
    240_000,
  );

  test.each([
    [["nothing-known", "--yes"]],
    [["rate-limit-spike"]],
    [["rate-limit-spike", "--watch", "5", "--yes"]],
    [["coordinator-fault", "--watch", "5s", "--yes"]],
    [["coordinator-fault", "--prod", "--yes"]],
  ])("is refused with 2 and one line: %j", async (args) => {
    const refused = await home.run("drill", ...args);
    expect(refused.code).toBe(2);
    expect(refused.stderr.trim().split("\n")).toHaveLength(1);
    expect(refused.stdout).toBe("");
  });
});
