import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leverEffect } from "../../shared/config/lever-effect.ts";
import {
  type StageDescription,
  StageDescriptionSchema,
} from "../../shared/config/stage-description.ts";
import { type AwsStandIn, startAwsStandIn } from "../support/fakes/aws-stand-in.ts";
import { aHome, type Finished, type TestHome } from "../support/homes/cli.ts";
import { homeClientOptions } from "../support/homes/home-client.ts";
import { aKeptHome } from "../support/homes/kept-home.ts";
import { recentDays } from "../support/samples/recent-days.ts";
import { writeJson } from "../support/servers/token-server.ts";
import { startTruthServer, type TruthServer } from "../support/servers/truth-server.ts";
import { difference, noDifference, rowsOf, truthRows } from "../support/stores/visible-rows.ts";

// A stage in AWS whose tables, queue and state machine are a home's, and whose workers too.

const site = "sc-domain:example.com";
const dates = recentDays(3);
const range = ["--site-url", site, "--from", dates[0] ?? "", "--to", dates.at(-1) ?? ""];

const folder = mkdtempSync(join(tmpdir(), "gsc-sync-aws-stage-"));

let google: TruthServer;
let aws: AwsStandIn;
/** Has the servers. */
let home: TestHome;
/** Has none: its commands go to AWS. */
let shell: TestHome;
let environment: Record<string, string>;

beforeAll(async () => {
  google = await startTruthServer({ days: Object.fromEntries(dates.map((date) => [date, 40])) });
  home = await aKeptHome({ GSC_API_ROOT_URL: google.url, GSC_SYNC_ROW_STORE: "dynamodb" });
  aws = await startAwsStandIn();
  const { json } = await home.run("resources", "--json");
  aws.describe("/gsc-sync/dev/stage", descriptionOf(json));
  const { accessKeyId, secretAccessKey } = homeClientOptions(aws.url, json).credentials;
  environment = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL: aws.url,
    AWS_ENDPOINT_URL_DYNAMODB: json.dynamoEndpoint,
    AWS_ENDPOINT_URL_SFN: json.stepFunctionsEndpoint,
    AWS_ENDPOINT_URL_SQS: json.sqsEndpoint,
    GSC_API_ROOT_URL: "",
    GSC_SYNC_CONFIG: writeJson(folder, "config", {
      reports: [{ id: "mine", dimensions: ["query"] }],
    }),
  };
  shell = await aHome(environment);
});

afterAll(async () => {
  await shell?.remove();
  await home?.remove();
  await aws?.stop();
  await google?.stop();
  rmSync(folder, { recursive: true });
});

describe("a stage in AWS", () => {
  test("is backfilled, watched and read with the commands of a home, and has no home here", async () => {
    const run = await shell.run("--stage", "dev", "backfill", ...range, "--json");
    expect([run.code, run.stderr]).toEqual([0, expect.any(String)]);
    expect(run.json).toMatchObject({ status: "complete", rows: 120, units: { complete: 3 } });

    const { json: listed, stderr } = await shell.run("status", "--stage", "dev", "--json");
    // Nobody stands in for CloudWatch: that keeps nothing else from being told.
    expect([listed.escalations, stderr]).toEqual([null, expect.stringMatching(/metrics cannot/)]);
    expect(listed.runs).toMatchObject([{ runId: run.json.runId, status: "complete" }]);
    const read = [...range, "--stage", "dev"];
    expect(difference(await rowsOf(shell, read), truthRows(google, dates))).toEqual(noDifference);
    const { json: units } = await shell.run("units", ...read, "--json");
    expect(units.units.map(({ status }: { status: string }) => status)).toEqual(
      dates.map(() => "complete"),
    );
    expect(existsSync(shell.folder)).toBe(false);
  });

  test("starts a run that is left alone, and its end is seen by another command", async () => {
    const started = await shell.run(
      ...["backfill", ...range, "--force", "--detach", "--stage", "dev", "--json"],
    );
    expect(started.code).toBe(0);
    const { runId } = started.json;
    const { json } = await shell.run("status", runId, "--watch", "--stage", "dev", "--json");
    expect(json.runs).toMatchObject([{ runId, status: "complete", rows: 120 }]);
  });

  test("has a registry, a quota and names for other tools", async () => {
    // Workers in AWS have no configuration file: what it says is registered.
    await shell.run("properties", "add", site, "--report", "mine", "--stage", "dev");
    const { json } = await home.run("properties", "list", "--json");
    expect(json.properties).toMatchObject([
      { siteUrl: site, reports: ["mine"], definitions: [{ id: "mine", dimensions: ["query"] }] },
    ]);
    const { json: quota } = await shell.run("quota", "--stage", "dev", "--json");
    expect(quota.scopes.length).toBeGreaterThan(0);
    const { json: resources } = await shell.run("resources", "--stage", "dev", "--json");
    expect(resources).toMatchObject({
      stage: "dev",
      rowStore: "dynamodb",
      dashboardUrl: expect.stringContaining("dashboards:name=gsc-sync-dev"),
    });
  });

  test.each([1, 0, 3])(
    "lever --set %d sets ledger, function and mapping, and says who did",
    async (lever) => {
      const set = await shell.run(
        "--stage",
        "dev",
        "lever",
        "--set",
        `${lever}`,
        "--yes",
        "--json",
      );
      expect(set.json).toMatchObject({ lever });
      expect(aws.workers()).toEqual(leverEffect(lever));
      const { json } = await home.run("lever", "--json");
      expect(json.lever).toBe(lever);
      expect(set.json.announcement).toMatch(
        new RegExp(
          `→ ${lever}\nby arn:.*on-call\nWatch: https://.*\nUndo: npx gsc-sync --stage dev lever --set \\d`,
        ),
      );
    },
  );

  test("a night that fails is told with its cause", async () => {
    // Another machine than the nightly one: it does not take an input that names no property.
    const { code, stderr } = await shell.run("--stage", "dev", "sync");
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/gsc-sync: the nightly machine ended as FAILED: .*siteUrl/),
    ]);
  });

  test("a lever that AWS refuses is said, and the same again mends it", async () => {
    aws.refuse("PUT concurrency", "ServiceException");
    const broken = await shell.run("lever", "--stage", "dev", "--set", "5", "--yes");
    aws.allow();
    expect([broken.code, broken.stderr.trim()]).toEqual([
      1,
      expect.stringMatching(/^gsc-sync: done: .*; not done: the reserved concurrency 5 .*again/),
    ]);
    expect((await shell.run("lever", "--stage", "dev", "--set", "5", "--yes")).code).toBe(0);
    expect(aws.workers()).toEqual(leverEffect(5));
  });
});

describe("one line says", () => {
  const refused = async (code: number, line: RegExp, running: Promise<Finished>) => {
    const { stderr, ...finished } = await running;
    expect([finished.code, stderr]).toEqual([code, expect.stringMatching(line)]);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  };

  test("that a stage is not deployed", () =>
    refused(1, /the stage prod is not deployed here/, shell.run("--stage", "prod", "status")));

  test("that the credentials may not", async () => {
    aws.refuse("AmazonSSM.GetParameter", "AccessDeniedException");
    await refused(
      1,
      /these AWS credentials may not use the stage dev: you may not/,
      shell.run("--stage", "dev", "status"),
    ).finally(() => aws.allow());
  });

  test.each([
    [["backfill", ...range, "--on-complete", "cat"], /--on-complete is for this machine alone/],
    [["resources", "--keep"], /--keep is for this machine alone/],
    [["sql", "select 1"], /sql needs a lake or a Postgres/],
  ] as const)("what a stage has not: %j", (args, line) =>
    refused(2, line, shell.run("--stage", "dev", ...args)),
  );
});

function descriptionOf(resources: Record<string, string>): StageDescription {
  return StageDescriptionSchema.parse({
    ...resources,
    stage: "dev",
    eventBus: "gsc-sync-local-events",
    nightlyStateMachineArn: resources.stateMachineArn,
    rows: { kind: "dynamodb", table: resources.rowsTable },
    worker: { functionName: "gsc-sync-dev-fetch-batch", mappingId: "m", reserved: true },
    settings: { lever: 3 },
  });
}
