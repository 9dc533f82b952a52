import { describe, expect, test } from "vitest";
import { stageNames } from "../../shared/config/names.ts";
import { synthesisedStacks } from "./synthesised-stacks.ts";

const { data } = synthesisedStacks("dev");

describe("the data stack", () => {
  test("has the ledger with the keys that its code uses and an index of keys over runs", () => {
    data.hasResourceProperties("AWS::DynamoDB::Table", {
      TableName: "gsc-sync-dev-ledger",
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: "runsByStart",
          KeySchema: [
            { AttributeName: "runList", KeyType: "HASH" },
            { AttributeName: "startedAt", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "KEYS_ONLY" },
        },
      ],
    });
  });

  test("has the quota, whose items expire", () => {
    data.hasResourceProperties("AWS::DynamoDB::Table", {
      TableName: "gsc-sync-dev-quota",
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
    });
  });

  test("has the rows with their keys and the index of what is to be swept, where they are in a table", () => {
    data.hasResourceProperties("AWS::DynamoDB::Table", {
      TableName: "gsc-sync-dev-rows",
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      GlobalSecondaryIndexes: [{ IndexName: "unitsToSweep" }],
    });
    expect(
      Object.keys(
        synthesisedStacks("prod").data.findResources("AWS::DynamoDB::Table", {
          Properties: { TableName: "gsc-sync-prod-rows" },
        }),
      ),
    ).toEqual([]);
  });

  test.each(stageNames)("on %s, pays by request and can be restored to a point in time", (name) => {
    synthesisedStacks(name).data.allResourcesProperties("AWS::DynamoDB::Table", {
      BillingMode: "PAY_PER_REQUEST",
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  test.each([
    { name: "dev", policy: "Delete", protection: false },
    { name: "staging", policy: "Delete", protection: false },
    { name: "prod", policy: "Retain", protection: true },
  ] as const)("on $name, a table whose stack goes is treated so: $policy", (expected) => {
    const tables = synthesisedStacks(expected.name).data.findResources("AWS::DynamoDB::Table");
    const found = Object.values(tables).map((table) => ({
      policy: table.DeletionPolicy,
      protection: table.Properties.DeletionProtectionEnabled,
    }));
    const { policy, protection } = expected;
    expect(found.length).toBeGreaterThanOrEqual(2);
    for (const table of found) expect(table).toEqual({ policy, protection });
  });
});
