import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { expect, onTestFinished, test } from "vitest";
import { dynamoRegistry } from "../../shared/registry/dynamo-registry.ts";
import { newProperty, pauseProperty } from "../../shared/registry/property.ts";
import { describeRegistry } from "../contracts/registry-contract.ts";
import { openLedgerTable } from "../support/stores/ledger-table.ts";

describeRegistry("DynamoDB", async () => {
  const { documents, table, close } = await openLedgerTable();
  return { client: () => dynamoRegistry(documents, { table }), close };
});

test("a write that the client repeats, since its answer was lost, is decided once", async () => {
  const { documents, table, close } = await openLedgerTable();
  onTestFinished(close);
  const registry = dynamoRegistry(documents, { table });
  const siteUrl = "sc-domain:example.com";
  await registry.changeProperty(siteUrl, () => newProperty(siteUrl, 0));
  let left = 1;
  documents.middlewareStack.add(
    (next, context) => async (args) => {
      const answer = await next(args);
      if (context.commandName !== "PutItemCommand" || left === 0) return answer;
      left -= 1;
      return next(args);
    },
    { step: "finalizeRequest", priority: "high" },
  );
  const decided: (string | undefined)[] = [];
  const changed = await registry.changeProperty(siteUrl, (property) => {
    decided.push(property?.status);
    return property && pauseProperty(property, 1, "a drill");
  });
  expect(left).toBe(0);
  expect(decided).toEqual(["active"]);
  expect(changed).toMatchObject({ status: "paused" });
  expect(await registry.readProperty(siteUrl)).toEqual(changed);
});

test("a property under an older spelling is found, and has one spelling from its next change on", async () => {
  const { documents, table, close } = await openLedgerTable();
  onTestFinished(close);
  const registry = dynamoRegistry(documents, { table });
  const [typed, siteUrl] = ["sc-domain:Example.com", "sc-domain:example.com"];
  const Item = { pk: "REGISTRY", sk: `PROPERTY#${typed}`, version: 1, ...newProperty(typed, 5) };
  await documents.send(new PutCommand({ TableName: table, Item: { ...Item, qpm: 60 } }));
  const found = { ...newProperty(siteUrl, 5), qpm: 60 };
  expect(await registry.readProperty(siteUrl)).toEqual(found);
  expect(await registry.listProperties()).toEqual([found]);
  const paused = await registry.changeProperty(
    siteUrl,
    (known) => known && pauseProperty(known, 9, "a drill"),
  );
  expect(paused).toMatchObject({ siteUrl, qpm: 60, status: "paused" });
  expect(await registry.listProperties()).toEqual([paused]);
  await registry.changeProperty(siteUrl, () => undefined);
  expect(await registry.listProperties()).toEqual([]);
});

test("a URL that is longer than a key has a key of its own", async () => {
  const { documents, table, close } = await openLedgerTable();
  onTestFinished(close);
  const registry = dynamoRegistry(documents, { table });
  const long = [1, 2].map((end) => `https://example.com/${"a".repeat(1_800)}${end}/`);
  for (const siteUrl of long) {
    await registry.changeProperty(siteUrl, () => newProperty(siteUrl, 0));
  }
  expect((await registry.listProperties()).map(({ siteUrl }) => siteUrl)).toEqual(long);
  expect(await registry.readProperty(long[1] ?? "")).toMatchObject({ siteUrl: long[1] });
});
