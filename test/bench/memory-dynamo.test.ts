import { beforeEach, describe, expect, test } from "vitest";
import { memoryDynamo, type Operation } from "../../bench/scale/memory-dynamo.ts";
import { dynamoLedger } from "../../shared/ledger/dynamo-ledger.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { dynamoQuota } from "../../shared/quota/dynamo-quota.ts";
import { propertyScope } from "../../shared/quota/scopes.ts";
import { describeLedger } from "../contracts/ledger-contract.ts";
import { quotaContract } from "../contracts/quota-contract.ts";
import { aRun } from "../support/samples/a-run.ts";

const table = "ledger";
const tableName = "quota";
const open = (seen: (operation: Operation) => void = () => {}) =>
  memoryDynamo({ answer: async () => {}, seen }).documents;

describeLedger("DynamoDB in memory", async () => {
  const documents = open();
  return {
    client: (defaults) => dynamoLedger(documents, { table, defaults }),
    async close() {},
  };
});

quotaContract("DynamoDB in memory", async () => {
  const documents = open();
  return {
    claimer: (nowMs) => dynamoQuota({ documents, tableName, clock: { ...systemClock, nowMs } }),
    async close() {},
  };
});

describe("an operation is billed", () => {
  let operations: Operation[];
  let documents: ReturnType<typeof open>;
  beforeEach(() => {
    operations = [];
    documents = open((operation) => operations.push(operation));
  });

  test("by the larger of the item before and after, in whole KB", async () => {
    const ledger = dynamoLedger(documents, { table, defaults: { lever: 3 } });
    await ledger.createRun(aRun({ reason: "r".repeat(3_000) }));
    operations.length = 0;
    await ledger.changeRun("run-1", (run) => ({ run: { ...run, reason: null }, answer: "" }));
    expect(operations.map(({ kind, key, units }) => ({ kind, key, units }))).toEqual([
      { kind: "read", key: "RUN#run-1", units: 1 },
      { kind: "write", key: "RUN#run-1", units: 4 },
    ]);
  });

  test("when its condition does not hold, too", async () => {
    const scope = { ...propertyScope("sc-domain:example.com", {}), budget: 1, lot: 1 };
    const quota = dynamoQuota({ documents, tableName, clock: { ...systemClock, nowMs: () => 0 } });
    await quota.claim([scope], 1);
    operations.length = 0;
    expect(await quota.claim([scope], 1)).toMatchObject({ kind: "denied" });
    expect(operations.map(({ kind }) => kind)).toEqual(["write", "read"]);
  });
});
