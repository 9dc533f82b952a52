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
