import { once } from "node:events";
import { createServer } from "node:net";
import { type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { changed, unchanged } from "../../shared/ledger/decision.ts";
import { dynamoLedger } from "../../shared/ledger/dynamo-ledger.ts";
import { LedgerError } from "../../shared/ledger/ledger-error.ts";
import { batchIdAt } from "../../shared/ledger/run.ts";
import { takeBatch } from "../../shared/ledger/transitions/take-batch.ts";
import { describeLedger, type LedgerStore } from "../contracts/ledger-contract.ts";
import { aRun } from "../support/samples/a-run.ts";
import { onDynamoDbLocal } from "../support/servers/on-dynamodb-local.ts";
import { type LedgerTable, openLedgerTable } from "../support/stores/ledger-table.ts";
import { connect } from "../support/stores/quota-table.ts";

async function sharedBy(opening: Promise<LedgerTable>): Promise<LedgerStore> {
  const { documents, table, close } = await opening;
  return { client: (defaults) => dynamoLedger(documents, { table, defaults }), close };
}

describeLedger("dynalite", () => sharedBy(openLedgerTable()));

onDynamoDbLocal((empty) => {
  describeLedger("DynamoDB Local", () => sharedBy(openLedgerTable(empty())));
});

describe("a ledger table", () => {
  let table: LedgerTable;
  const ledger = () =>
    dynamoLedger(table.documents, { table: table.table, defaults: { lever: 3 } });

  beforeEach(async () => {
    table = await openLedgerTable();
  });
  afterEach(() => table.close());

  function put(item: Record<string, unknown>) {
    return table.documents.send(new PutCommand({ TableName: table.table, Item: item }));
  }

  test("is not written to by a change that decides for none", async () => {
    await ledger().createRun(aRun());
    const sent = commandsOf(table.documents);
    await ledger().changeRun("run-1", () => unchanged("no"));
    expect(sent).toEqual(["GetItemCommand"]);
  });

  test("holds settings that win over the defaults", async () => {
    await put({ pk: "SETTINGS", sk: "SETTINGS", lever: 1 });
    expect(await ledger().readSettings()).toEqual({ lever: 1 });
  });

  test.each([
    ["run", { pk: "RUN#run-1", sk: "RUN", runId: "run-1", status: "sleeping" }],
    ["batch", { pk: "RUN#run-1", sk: `BATCH#${batchIdAt(0)}`, units: "none" }],
    ["lock", { pk: "PROPERTY#sc-domain:example.com", sk: "LOCK", holders: { x: 1 } }],
    ["settings", { pk: "SETTINGS", sk: "SETTINGS", lever: 6 }],
  ])("with a %s item that makes no sense is called corrupt", async (name, item) => {
    await put(item);
    const corrupt = {
      name: "LedgerError",
      code: "corrupt",
      message: expect.stringContaining(name),
    };
    switch (name) {
      case "run":
        await expect(ledger().readRun("run-1")).rejects.toMatchObject(corrupt);
        await expect(ledger().changeRun("run-1", () => unchanged(0))).rejects.toMatchObject(
          corrupt,
        );
        break;
      case "batch":
        await expect(ledger().readBatches("run-1")).rejects.toMatchObject(corrupt);
        await expect(ledger().readBatch("run-1", batchIdAt(0))).rejects.toMatchObject(corrupt);
        break;
      case "lock":
        await expect(ledger().readLock("sc-domain:example.com")).rejects.toMatchObject(corrupt);
        break;
      default:
        await expect(ledger().readSettings()).rejects.toMatchObject(corrupt);
    }
  });

  test("runs that DynamoDB left out of an answer are asked for again", async () => {
    for (const index of [0, 1, 2]) {
      await ledger().createRun(aRun({ runId: `run-${index}`, startedAtMs: index }));
    }
    let asked = 0;
    table.documents.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        const output: unknown = answer.output;
        if (!isBatchAnswer(output) || asked++ > 0) return answer;
        const [held = []] = Object.values(output.Responses);
        const left = held.splice(0, 2);
        output.UnprocessedKeys = {
          [table.table]: { Keys: left.map(({ pk, sk }) => ({ pk, sk })), ConsistentRead: true },
        };
        return answer;
      },
      { step: "initialize", priority: "low" },
    );
    const runs = await ledger().listRuns(10);
    expect(runs.map((run) => run.runId)).toEqual(["run-2", "run-1", "run-0"]);
    expect(asked).toBeGreaterThan(1);
  });

  describe("whose answer to a write is lost", () => {
    /** The write is through, and the client's own retry of it meets a condition that fails. */
    function loseAnswers(times: number, between: () => Promise<unknown> = async () => {}): void {
      let left = times;
      table.documents.middlewareStack.add(
        (next, context) => async (args) => {
          const answer = await next(args);
          if (context.commandName !== "UpdateItemCommand" || left === 0) return answer;
          left -= 1;
          await between();
          return next(args);
        },
        { step: "finalizeRequest", name: "loseAnswers", priority: "high" },
      );
    }

    test("applies a change once, and answers as if nothing had happened", async () => {
      await ledger().createRun(aRun());
      loseAnswers(1);
      const seen = await ledger().changeRun("run-1", (run) =>
        changed({ ...run, next: run.next + 1 }, "counted"),
      );
      expect(seen).toEqual({ run: aRun({ next: 1 }), answer: "counted" });
      expect(await ledger().readRun("run-1")).toEqual(aRun({ next: 1 }));
    });

    test("creates a run, and says that it created it", async () => {
      loseAnswers(1);
      expect(await ledger().createRun(aRun())).toBe("created");
      expect(await ledger().createRun(aRun())).toBe("exists");
    });

    test("gives tokens that still only grow", async () => {
      loseAnswers(20);
      const tokens: number[] = [];
      for (const nowMs of [5, 5, 3, 9]) {
        tokens.push(await ledger().nextToken("sc-domain:example.com", nowMs));
      }
      expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => a - b));
    });

    test("has its batch taken all the same, though somebody else has written meanwhile", async () => {
      await ledger().createRun(aRun({ inFlight: { [batchIdAt(0)]: { token: 0, untilMs: 100 } } }));
      loseAnswers(1, async () => {
        table.documents.middlewareStack.remove("loseAnswers");
        await ledger().changeRun("run-1", (run) => changed({ ...run, batches: 99 }, null));
      });
      const take = { batchId: batchIdAt(0), token: 7 };
      const seen = await ledger().changeRun("run-1", (run) => takeBatch(run, take, 50));
      expect(seen).toMatchObject({ answer: "taken", run: { batches: 99 } });
      expect(await ledger().readRun("run-1")).toEqual(seen?.run);
    });

    test("decides again on what is there when somebody else has written meanwhile", async () => {
      await ledger().createRun(aRun());
      const own = ledger();
      loseAnswers(1, async () => {
        table.documents.middlewareStack.remove("loseAnswers");
        await ledger().changeRun("run-1", (run) => changed({ ...run, batches: 99 }, null));
      });
      const seen = await own.changeRun("run-1", (run) =>
        run.next === 0 ? changed({ ...run, next: 1 }, "done") : unchanged("done already"),
      );
      expect(seen?.answer).toBe("done already");
      expect(await ledger().readRun("run-1")).toEqual(aRun({ next: 1, batches: 99 }));
    });
  });
});

describe("a ledger that cannot be reached", () => {
  test("throws unreachable, with the store's error as the cause", async () => {
    const server = createServer((socket) => socket.destroy());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const { client, documents } = connect(`http://127.0.0.1:${address.port}`);
    const ledger = dynamoLedger(documents, { table: "ledger", defaults: { lever: 3 } });
    const calls = [
      () => ledger.createRun(aRun()),
      () => ledger.readRun("run-1"),
      () => ledger.listRuns(5),
      () => ledger.changeRun("run-1", () => unchanged(0)),
      () => ledger.readBatches("run-1"),
      () => ledger.nextToken("sc-domain:example.com", 5),
      () => ledger.readSettings(),
    ];
    for (const call of calls) {
      const error = await call().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(LedgerError);
      expect(error).toMatchObject({ code: "unreachable", cause: expect.any(Error) });
    }
    client.destroy();
    server.close();
  });
});

function commandsOf(documents: DynamoDBDocumentClient): string[] {
  const sent: string[] = [];
  documents.middlewareStack.add(
    (next, context) => (args) => {
      sent.push(String(context.commandName));
      return next(args);
    },
    { step: "initialize" },
  );
  return sent;
}

type BatchAnswer = {
  readonly Responses: Record<string, Record<string, unknown>[]>;
  UnprocessedKeys?: unknown;
};

function isBatchAnswer(output: unknown): output is BatchAnswer {
  return typeof output === "object" && output !== null && "Responses" in output;
}
