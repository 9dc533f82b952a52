import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GetFunctionCommand } from "@aws-sdk/client-lambda";
import { afterAll, describe, expect } from "vitest";
import { environmentNames } from "../../shared/config/names.ts";
import { copyExpandedSource, expanded } from "../support/expanded-source.ts";
import { noDifference } from "../support/stores/visible-rows.ts";
import { cdkOn, synthesise } from "./cdk.ts";
import { type Clients, closeClients, openClients } from "./clients.ts";
import { type DeployedStage, names, openDeployedStage } from "./deployed-stage.ts";
import { withFailingResource } from "./failing-resource.ts";
import { installMinistack } from "./install-ministack.ts";
import { knownDifferences, unproven } from "./known-differences.ts";
import { leftovers } from "./leftovers.ts";
import { withListedMappings } from "./mapping-permission.ts";
import { withoutMathAlarms } from "./math-alarms.ts";
import { type Ministack, startMinistack } from "./ministack.ts";
import { compareDeployed } from "./read-back/compare-deployed.ts";
import { deployedResources } from "./read-back/deployed-resources.ts";
import { backfillAndLever, backfilled } from "./scenarios/backfill.ts";
import { stopAndStartAgain } from "./scenarios/console-stop.ts";
import { failDeploy } from "./scenarios/failed-deploy.ts";
import { killWorkers, recovered } from "./scenarios/killed-worker.ts";
import { useWorkersCredentials } from "./scenarios/least-privilege.ts";
import { changeStageSettings, workerLimits } from "./scenarios/lever.ts";
import { fireNight } from "./scenarios/night.ts";
import { sendPoison } from "./scenarios/poison.ts";
import { differenceFromTruth, type World } from "./scenarios/world.ts";
import { type SearchConsole, startSearchConsole } from "./search-console.ts";
import { orderedSteps } from "./steps.ts";

// A stage is deployed onto an emulator of AWS, by the clone's own CDK command, and worked with as a
// person would. What the emulator does otherwise than AWS is in known-differences.ts.

const installed = await installMinistack();
if (installed.kind === "missing") console.warn(`deploy check skipped: ${installed.reason}`);
const { step, report } = orderedSteps();
const stacks = ["data", "pipeline", "observability"].map((name) => `gsc-sync-dev-${name}`);
const settings = { retainData: false, logRetentionDays: 7, rowStore: "dynamodb" };
const equalRows = { truth: expect.toSatisfy((rows) => rows > 500), ...noDifference };

let searchConsole: SearchConsole;
let ministack: Ministack;
let clients: Clients;
let stage: DeployedStage;
let night: Awaited<ReturnType<typeof fireNight>>;
/** Synthesised while other steps wait. */
let secondAssembly: Promise<void>;
let failingAssembly: Promise<void>;
const world = (): World => ({ ministack, clients, searchConsole, stage });

afterAll(async () => {
  if (clients !== undefined) closeClients(clients);
  await Promise.allSettled([secondAssembly, failingAssembly]);
  await ministack?.stop();
  await searchConsole?.stop();
  console.log(closing());
});

describe.skipIf(installed.kind === "missing")("a stage, deployed", () => {
  step("the emulator starts, the stage is synthesised, the account bootstrapped", async () => {
    if (installed.kind === "missing") return;
    const { python } = installed;
    searchConsole = await startSearchConsole(250);
    ministack = await startMinistack({ python, searchConsoleUrl: searchConsole.url });
    clients = openClients(ministack);
    const first = synthesiseWith("first", { ...settings, lever: 3 });
    await Promise.all([first, cdkOn(ministack).bootstrap()]);
  });

  step("cdk deploy makes data, pipeline and observability", async () => {
    await cdkOn(ministack).deploy(assembly("first"), stacks);
    stage = await openDeployedStage(clients);
    secondAssembly = synthesiseWith("second", { ...settings, lever: 5, maxInFlight: 8 });
    failingAssembly = secondAssembly.then(synthesiseFailing);
    failingAssembly.catch(() => undefined);
  });

  step("what is deployed is what the templates say, but for what is known", async () => {
    await expectAsTheTemplates("first");
    expect(await workerLimits(world())).toEqual({ reserved: 3, atOnce: 3 });
  });

  step("a backfill from the console: the truth, by the workers that the lever allows", async () => {
    const backfill = await backfillAndLever(world());
    expect(backfill).toEqual({
      status: "SUCCEEDED",
      output: expect.stringContaining('"complete"'),
      workersAtThree: 3,
      workersAtOne: 1,
      limitsAtOne: { reserved: 1, atOnce: 2 },
      rows: equalRows,
    });
  });

  step("a worker's credentials do what its role allows, and nothing else", async () => {
    const { readsLedger, deletesLedger } = await useWorkersCredentials(world());
    expect([readsLedger, deletesLedger]).toEqual(["allowed", "AccessDeniedException"]);
  });

  step("workers that have batches are killed", async () => {
    await changeStageSettings(ministack, 3);
    await killWorkers(world());
  });

  step("a message that nobody understands goes to the dead letters", async () => {
    night = await fireNight(world());
    const letters = await sendPoison(world());
    expect(letters).toMatchObject([{ body: "no batch", reason: "not a batch message" }]);
  });

  step("the schedule's night syncs every property, and a refused one stops no other", async () => {
    const { synced, refused, ...ended } = await night.ended();
    expect(ended).toEqual({
      status: "SUCCEEDED",
      runs: { [synced]: "complete", [refused]: "failed" },
      refusedIs: "quarantined",
      rows: { ...equalRows, truth: expect.toSatisfy((rows) => rows > 100) },
    });
  });

  step("the killed workers' batches are taken again, and their run is complete", async () => {
    const run = await recovered(world());
    expect(run).toMatchObject({ status: "complete", rows: equalRows });
    expect(run.triedAgain).toBeGreaterThan(1);
  });

  step("an execution that is stopped halts its run, and the next one goes on", async () => {
    expect(await stopAndStartAgain(world())).toEqual({
      halted: "halted",
      reason: expect.stringMatching(/^its execution stopped was stopped/),
      status: "SUCCEEDED",
      rows: equalRows,
    });
  });

  step(
    "a deploy that expands the schema and then fails is rolled back, and runs go on",
    async () => {
      await failingAssembly;
      const failed = await failDeploy(world(), assembly("failing"), stacks);
      expect(failed).toEqual({
        refused: expect.stringContaining("Custom::Failing"),
        stack: "UPDATE_ROLLBACK_COMPLETE",
        schema: expanded.rowsFormat,
        sameCode: true,
        status: "SUCCEEDED",
        rowsBefore: equalRows,
        rowsSince: { ...equalRows, truth: expect.toSatisfy((rows) => rows > 100) },
      });
    },
  );

  step("a second deploy with other settings keeps the data and the lever", async () => {
    await changeStageSettings(ministack, 2);
    await secondAssembly;
    await cdkOn(ministack).deploy(assembly("second"), stacks);

    await expectAsTheTemplates("second");
    const { Configuration } = await clients.lambda.send(
      new GetFunctionCommand({ FunctionName: names.lambdaFunction("fetch-batch") }),
    );
    expect(Configuration?.Environment?.Variables?.[environmentNames.inFlight]).toBe("8");
    expect((await stage.ledger.readSettings()).lever).toBe(2);
    expect(await workerLimits(world())).toEqual({ reserved: 2, atOnce: 2 });
    expect(await differenceFromTruth(world(), backfilled())).toEqual(equalRows);
    await stage.start("after-deploy", backfilled());
    const { status } = await stage.endedExecution("after-deploy");
    const run = await stage.ledger.readRun("after-deploy");
    expect([status, run?.skippedUnits]).toEqual(["SUCCEEDED", 12]);
  });

  step("cdk destroy leaves nothing", async () => {
    // Of each kind there is something that could be left.
    const before = Object.entries(await leftovers(clients));
    expect(before.filter(([, names]) => names.length === 0)).toEqual([]);
    await cdkOn(ministack).destroy(assembly("second"), stacks);
    expect(Object.values(await leftovers(clients)).flat()).toEqual([]);
  });
});

async function expectAsTheTemplates(name: string): Promise<void> {
  const resources = await deployedResources(clients, assembly(name), stacks);
  const { compared, differences } = await compareDeployed(clients, resources);
  const known = new Set(knownDifferences.map(({ property }) => property));
  expect(differences.filter(({ property }) => !known.has(property))).toEqual([]);
  // What a later version of the emulator does is to be taken off the list.
  expect(new Set(differences.map(({ property }) => property))).toEqual(known);
  expect(compared).toBeGreaterThan(600);
}

function assembly(name: string): string {
  return join(ministack.folder, name);
}

/** The next version's code, which cannot be deployed to its end. */
async function synthesiseFailing(): Promise<void> {
  const source = join(ministack.folder, "next-version");
  await mkdir(source);
  await copyExpandedSource(source);
  await synthesiseWith("failing", { ...settings, lever: 3 }, source);
  await withFailingResource(assembly("failing"), "gsc-sync-dev-pipeline");
}

async function synthesiseWith(name: string, stageFile: object, source?: string): Promise<void> {
  const stages = join(ministack.folder, `${name}-stages`);
  await mkdir(stages);
  await writeFile(join(stages, "dev.json"), JSON.stringify(stageFile));
  await synthesise(assembly(name), stages, source);
  await withListedMappings(assembly(name), "gsc-sync-dev-pipeline");
  expect(await withoutMathAlarms(assembly(name), "gsc-sync-dev-observability")).toHaveLength(3);
}

function closing(): string {
  const held = [...knownDifferences, ...unproven].map(
    ({ reason, heldBy }) => `  ${reason}: ${heldBy.join(", ")}`,
  );
  return [...report(), "what the emulator could not prove, and what holds it:", ...held].join("\n");
}
