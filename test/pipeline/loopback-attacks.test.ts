import { readFileSync, statSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aHome, type StartedCommand, type TestHome } from "../support/homes/cli.ts";
import { homeClientOptions } from "../support/homes/home-client.ts";
import { waitUntil } from "../support/wait-until.ts";

let home: TestHome;
let owner: StartedCommand;
let resources: Readonly<Record<string, string>> & { readonly credentialsFile: string };

beforeAll(async () => {
  home = await aHome();
  owner = home.start("resources", "--keep");
  await waitUntil("the servers are up", () => owner.stderr().includes("Ctrl-C"));
  const { json } = await home.run("resources", "--json");
  const owned = JSON.parse(readFileSync(join(json.home, "endpoints.json"), "utf8"));
  resources = { ...json, keeperEndpoint: owned.endpoints.lake.keeper };
});
afterAll(() => home.remove());

type Asked = { readonly method?: string; readonly headers: Readonly<Record<string, string>> };

/** A raw request, as a page in a browser or a script of another user sends it. */
async function ask(url: string, { method = "POST", headers }: Asked) {
  return new Promise<{ status: number; headers: object; body: string }>((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on("error", reject);
    sent.end(method === "POST" ? "{}" : undefined);
  });
}

function keyOf(file: string): string {
  return /aws_access_key_id = (\S+)/.exec(readFileSync(file, "utf8"))?.[1] ?? "";
}

const signed = (key: string) => ({
  "content-type": "application/x-amz-json-1.0",
  "x-amz-date": "20260101T000000Z",
  authorization: `AWS4-HMAC-SHA256 Credential=${key}/20260101/us-east-1/x/aws4_request, SignedHeaders=host, Signature=b`,
});

const servers = {
  dynamoEndpoint: "DynamoDB_20120810.ListTables",
  sqsEndpoint: "AmazonSQS.ListQueues",
  stepFunctionsEndpoint: "AWSStepFunctions.ListExecutions",
  eventBridgeEndpoint: "AWSEvents.PutEvents",
  keeperEndpoint: "LakeKeeper.Place",
};

describe.each(Object.entries(servers))("a home's %s", (endpoint, target) => {
  const to = (asked: Asked) =>
    ask(resources[endpoint] ?? "", {
      ...asked,
      headers: { "x-amz-target": target, ...asked.headers },
    });

  test.each([
    ["another user's script, unsigned", () => ({})],
    ["any credentials", () => signed("local")],
    ["a key that is nearly the home's", () => signed(`${keyOf(resources.credentialsFile)}x`)],
    [
      "a form of a web page",
      () => ({ "content-type": "text/plain", origin: "https://evil.example" }),
    ],
    [
      "a page that knows the key",
      () => ({ ...signed(keyOf(resources.credentialsFile)), origin: "http://127.0.0.1:8000" }),
    ],
    [
      "a name that a stranger's DNS points here",
      () => ({ ...signed(keyOf(resources.credentialsFile)), host: "evil.example:80" }),
    ],
  ])("refuses %s", async (_who, headers) => {
    const { status, headers: answered, body } = await to({ headers: headers() });
    expect(status).toBe(403);
    expect(JSON.parse(body)).toMatchObject({ __type: "UnrecognizedClientException" });
    expect(Object.keys(answered).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  test("answers no browser's question whether it may ask", async () => {
    const preflight = { origin: "https://evil.example", "access-control-request-method": "POST" };
    const { status, headers } = await to({ method: "OPTIONS", headers: preflight });
    expect(status).toBe(403);
    expect(headers).not.toHaveProperty("access-control-allow-origin");
  });

  test("lets in who has read the home's file", async () => {
    const { status } = await to({ headers: signed(keyOf(resources.credentialsFile)) });
    expect(status).not.toBe(403);
  });
});

test("the file is the user's alone, works for AWS clients, and goes with the owner", async () => {
  const { credentialsFile, dynamoEndpoint = "" } = resources;
  expect(statSync(credentialsFile).mode & 0o777).toBe(0o600);
  const client = new DynamoDBClient(homeClientOptions(dynamoEndpoint, resources));
  expect((await client.send(new ListTablesCommand({}))).TableNames).not.toEqual([]);
  client.destroy();
  owner.child.kill("SIGINT");
  await owner.finished;
  expect(() => statSync(credentialsFile)).toThrow("ENOENT");
});
