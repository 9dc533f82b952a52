import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, onTestFinished, test } from "vitest";
import { openStack } from "../../../local/home/open-stack.ts";
import type { StackEndpoints } from "../../../local/home/stack.ts";
import { stackParts } from "../../../local/home/stack-parts.ts";
import { homeClientOptions } from "../../support/homes/home-client.ts";
import {
  descendantsOf,
  listenersOf,
  startStackCommand,
  waitUntilGone,
} from "../../support/homes/start-stack-command.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { waitUntil } from "../../support/wait-until.ts";

const loopback = "0100007F";

function clientOptions(endpoint: string, home: string) {
  return homeClientOptions(endpoint, { credentialsFile: join(home, "aws-credentials") });
}

async function tableStatus(home: string, endpoints: StackEndpoints): Promise<string | undefined> {
  const dynamo = new DynamoDBClient({ ...clientOptions(endpoints.dynamo, home), maxAttempts: 1 });
  onTestFinished(() => dynamo.destroy());
  const { Table } = await dynamo.send(
    new DescribeTableCommand({ TableName: endpoints.ledgerTable }),
  );
  return Table?.TableStatus;
}

async function sendToy(home: string, endpoints: StackEndpoints, toy: object): Promise<void> {
  const sqs = new SQSClient(clientOptions(endpoints.sqs, home));
  onTestFinished(() => sqs.destroy());
  const MessageBody = JSON.stringify(toy);
  await sqs.send(new SendMessageCommand({ QueueUrl: endpoints.queueUrl, MessageBody }));
}

type JournalLine = { readonly what: string; readonly value?: unknown; readonly pid: number };

function linesOf(journal: string): JournalLine[] {
  const text = existsSync(journal) ? readFileSync(journal, "utf8") : "";
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

describe("the stack of a home", () => {
  test("is owned by the first command and used by the next; the owner waits for it", async () => {
    const home = temporaryFolder();
    const owner = startStackCommand(home);
    const opened = await owner.event("open");
    expect(opened.role).toBe("owner");
    expect(statSync(join(home, "endpoints.json")).mode & 0o777).toBe(0o600);

    const other = startStackCommand(home);
    const attached = await other.event("open");
    expect(attached.role).toBe("attached");
    expect(attached.endpoints).toEqual(opened.endpoints);
    expect(attached.handlerEnvironment).toEqual(opened.handlerEnvironment);

    const journal = join(home, "journal");
    await sendToy(home, opened.endpoints, { journal });
    await waitUntil("a worker", () => linesOf(journal).length === 2);
    const servers = descendantsOf(owner.pid);
    expect(servers.length).toBeGreaterThanOrEqual(2);

    owner.say("close");
    const { notice } = await owner.event("notice");
    expect(notice).toContain(String(other.pid));
    expect(await tableStatus(home, attached.endpoints)).toBe("ACTIVE");
    expect(owner.events.map(({ event }) => event)).not.toContain("closed");

    other.say("close");
    await other.exited;
    await owner.event("closed");
    const [exitCode] = await owner.exited;
    expect(exitCode).toBe(0);
    expect(existsSync(join(home, "endpoints.json"))).toBe(false);
    await waitUntilGone(servers, 1_000);
  });

  test("is started once by commands that come together", async () => {
    const home = temporaryFolder();
    const commands = [1, 2, 3].map(() => startStackCommand(home));
    const opened = await Promise.all(commands.map((command) => command.event("open")));
    expect(opened.map(({ role }) => role).sort()).toEqual(["attached", "attached", "owner"]);
    expect(new Set(opened.map(({ endpoints }) => endpoints.dynamo)).size).toBe(1);
    for (const command of commands) command.say("close");
    await Promise.all(commands.map((command) => command.event("closed")));
  });

  test("refuses a command whose rows are elsewhere than the owner's", async () => {
    const home = temporaryFolder();
    const owner = startStackCommand(home);
    await owner.event("open");
    const elsewhere = [
      { GSC_SYNC_POSTGRES_URL: "postgres://127.0.0.1:2/other" },
      { GSC_SYNC_ROW_STORE: "dynamodb" },
    ];
    for (const environment of elsewhere) {
      const other = openStack({ home, environment, onNotice: () => {} });
      await expect(other).rejects.toHaveProperty("code", "HOME_OWNER_DIFFERS");
    }
    owner.say("close");
    // The one that was refused is not waited for.
    await owner.event("closed");
  });

  test("a second close that forces does not wait for other commands, which hear of it", async () => {
    const home = temporaryFolder();
    const owner = startStackCommand(home);
    await owner.event("open");
    const other = startStackCommand(home);
    await other.event("open");
    owner.say("close");
    await owner.event("notice");
    owner.say("force");
    await owner.exited;
    await other.event("owner-gone", 2_000);
  });

  test("an owner that is killed takes its servers and workers along; the next owns", async () => {
    const home = temporaryFolder();
    const owner = startStackCommand(home);
    const { endpoints } = await owner.event("open");
    const other = startStackCommand(home);
    await other.event("open");
    const journal = join(home, "journal");
    await sendToy(home, endpoints, { journal, ms: 60_000 });
    await waitUntil("a worker at work", () => linesOf(journal).length === 1);
    const servers = descendantsOf(owner.pid);
    expect(servers.length).toBeGreaterThanOrEqual(2);

    owner.kill("SIGKILL");
    await other.event("owner-gone", 2_000);
    await waitUntilGone(servers, 2_000);

    const next = startStackCommand(home);
    const opened = await next.event("open");
    expect(opened.role).toBe("owner");
    expect(await tableStatus(home, opened.endpoints)).toBe("ACTIVE");
    next.say("close");
    await next.exited;
  });

  test("Ctrl-C in the terminal leaves workers to their owner, whose close lets them end", async () => {
    const home = temporaryFolder();
    const owner = startStackCommand(home);
    const { endpoints } = await owner.event("open");
    const journal = join(home, "journal");
    const sfn = new SFNClient(clientOptions(endpoints.stepFunctions, home));
    onTestFinished(() => sfn.destroy());
    const { stateMachineArn } = endpoints;
    const input = JSON.stringify({ journal });
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input }));
    await sendToy(home, endpoints, { journal, value: "batch", ms: 400 });
    const worker = await waitUntil("a worker at work", () =>
      linesOf(journal).find(({ value }) => value === "batch"),
    );
    process.kill(worker.pid, "SIGINT");
    const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    expect(execution.executionArn).toBe(executionArn);
    const servers = descendantsOf(owner.pid);
    owner.say("close");
    await owner.exited;
    expect(linesOf(journal)).toContainEqual(
      expect.objectContaining({ what: "end", value: "batch", pid: worker.pid }),
    );
    await waitUntilGone(servers, 1_000);
  });
});

describe("the real stack", () => {
  test("starts with everything in place, on 127.0.0.1 only, and again on what it left", async () => {
    const home = temporaryFolder();
    for (const start of ["first", "second"]) {
      const startedAt = performance.now();
      const owner = startStackCommand(home, "real");
      const { endpoints, handlerEnvironment } = await owner.event("open");
      console.info(`${start} start: ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
      expect(handlerEnvironment).toMatchObject({
        GSC_SYNC_STAGE: "local",
        GSC_SYNC_ROW_STORE: "lake",
        GSC_SYNC_LAKE_KEEPER: endpoints.lake?.keeper,
        AWS_ENDPOINT_URL_SFN: endpoints.stepFunctions,
        AWS_ACCESS_KEY_ID: expect.stringMatching(/^GSC[0-9a-f]{40}$/),
      });
      const listeners = [owner.pid, ...descendantsOf(owner.pid)].flatMap(listenersOf);
      const ports = listeners.map(({ port }) => port);
      const { dynamo, sqs, stepFunctions, lake } = endpoints;
      if (lake === null) throw new Error("there is no lake");
      for (const url of [dynamo, sqs, stepFunctions, lake.keeper]) {
        expect(ports).toContain(Number(new URL(url).port));
      }
      expect(listeners.filter(({ address }) => address !== loopback)).toEqual([]);
      expect(await tableStatus(home, endpoints)).toBe("ACTIVE");
      owner.say("close");
      await owner.event("closed");
    }
  });
});

describe("a start that fails half-way", () => {
  test("stops what it started, frees the home, and says why", async () => {
    const home = temporaryFolder();
    const before = descendantsOf(process.pid);
    const options = {
      home,
      environment: {},
      onNotice: () => {},
      parts: {
        ...stackParts,
        openKeeper: async () => {
          throw new Error("no room for a lake");
        },
        loadDefinition: async () => ({ StartAt: "A", States: {} }),
      },
    };
    await expect(openStack(options)).rejects.toThrow("no room for a lake");
    await expect(openStack(options)).rejects.toThrow("no room for a lake");
    expect(descendantsOf(process.pid)).toEqual(before);
    expect(existsSync(join(home, "endpoints.json"))).toBe(false);
  });
});
