import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { tableKeys } from "../../shared/config/names.ts";
import { dynamoItemSize } from "../../test/support/stores/dynamo-item-size.ts";
import { type Bindings, holds, type Item, updated } from "./dynamo-expressions.ts";

/** An operation as DynamoDB bills it. */
export type Operation = {
  readonly kind: "write" | "read";
  readonly table: string;
  /** Of the partition. */
  readonly key: string;
  readonly sortKey: string;
  /** Write units of 1 KB, read units of 4 KB; a refused condition is billed as a write. */
  readonly units: number;
  /** Bytes of the item that was written. */
  readonly bytes: number;
};

export type MemoryDynamo = {
  readonly documents: DynamoDBDocumentClient;
  /** Drops a partition that nobody will ask for again. */
  forget(table: string, key: string): void;
};

type Condition = Bindings & { readonly ConditionExpression?: string | undefined };

/**
 * DynamoDB in memory, behind the client that the ledger and the quota are given: conditional puts and
 * updates, consistent reads, queries of a partition and of the index of runs. `answer` is awaited before an operation takes effect;
 * `seen` hears of each.
 */
export function memoryDynamo(ports: {
  readonly answer: () => Promise<void>;
  readonly seen: (operation: Operation) => void;
}): MemoryDynamo {
  const partitions = new Map<string, Map<string, Item>>();
  const sizes = new WeakMap<Item, number>();

  function sizeOf(item: Item | undefined): number {
    if (item === undefined) return 0;
    const known = sizes.get(item);
    if (known !== undefined) return known;
    const size = dynamoItemSize(item);
    sizes.set(item, size);
    return size;
  }

  function place({ pk, sk = "" }: Item, table: string) {
    const key = String(pk);
    const sortKey = String(sk);
    const id = `${table} ${key}`;
    const partition = partitions.get(id) ?? new Map<string, Item>();
    partitions.set(id, partition);
    return { table, key, sortKey, partition, item: partition.get(sortKey) };
  }

  /** Replaces the item on condition; billed by the larger of before and after. */
  function write(
    at: ReturnType<typeof place>,
    condition: Condition,
    change: (item: Item) => Item,
  ): Item {
    const { table, key, sortKey, partition, item } = at;
    const { ConditionExpression: expression } = condition;
    const before = sizeOf(item);
    const bill = (bytes: number) => {
      const units = Math.max(1, Math.ceil(Math.max(before, bytes) / 1_024));
      ports.seen({ kind: "write", table, key, sortKey, units, bytes });
    };
    if (expression !== undefined && !holds(expression, item ?? {}, condition)) {
      bill(0);
      throw new ConditionalCheckFailedException({ message: expression, $metadata: {} });
    }
    const next = change(item ?? {});
    bill(sizeOf(next));
    partition.set(sortKey, next);
    return next;
  }

  function billRead(table: string, key: string, sortKey: string, bytes: number): void {
    const units = Math.max(1, Math.ceil(bytes / 4_096));
    ports.seen({ kind: "read", table, key, sortKey, units, bytes });
  }

  /** None, or the one. */
  function read(Key: Item, TableName: string): readonly Item[] {
    const { table, key, sortKey, item } = place(Key, TableName);
    billRead(table, key, sortKey, sizeOf(item));
    return item === undefined ? [] : [item];
  }

  function query(input: QueryCommand["input"]): readonly Item[] {
    const { TableName = "", IndexName, KeyConditionExpression = "", ScanIndexForward } = input;
    const pk = input.ExpressionAttributeValues?.[":run"];
    const partition = IndexName === undefined ? place({ pk }, TableName).partition : undefined;
    const sortedBy = partition === undefined ? tableKeys.ledger.runsSortKey : "sk";
    const items = [...(partition?.values() ?? itemsOf(TableName))]
      .filter((item) => holds(KeyConditionExpression, item, input))
      .sort((a, b) => (String(a[sortedBy]) < String(b[sortedBy]) ? -1 : 1));
    if (ScanIndexForward === false) items.reverse();
    const found = items.slice(0, input.Limit);
    const bytes = found.reduce((sum, item) => sum + sizeOf(item), 0);
    billRead(TableName, String(pk ?? IndexName), "", bytes);
    return found;
  }

  function itemsOf(table: string): readonly Item[] {
    const own = [...partitions].filter(([id]) => id.startsWith(`${table} `));
    return own.flatMap(([, partition]) => [...partition.values()]);
  }

  async function send(command: unknown): Promise<Record<string, unknown>> {
    await ports.answer();
    if (command instanceof GetCommand) {
      const { TableName = "", Key = {} } = command.input;
      return { Item: read(Key, TableName)[0] };
    }
    if (command instanceof PutCommand) {
      const { TableName = "", Item = {} } = command.input;
      write(place(Item, TableName), command.input, () => Item);
      return {};
    }
    if (command instanceof UpdateCommand) {
      const { TableName = "", Key = {}, UpdateExpression = "" } = command.input;
      const change = (item: Item) => ({
        ...updated(UpdateExpression, item, command.input),
        ...Key,
      });
      return { Attributes: write(place(Key, TableName), command.input, change) };
    }
    if (command instanceof QueryCommand) {
      return { Items: query(command.input) };
    }
    if (command instanceof BatchGetCommand) {
      const asked = Object.entries(command.input.RequestItems ?? {});
      const found = asked.map(([table, { Keys = [] }]) => [
        table,
        Keys.flatMap((key) => read(key, table)),
      ]);
      return { Responses: Object.fromEntries(found) };
    }
    throw new Error(`DynamoDB in memory does not know ${String(command)}`);
  }

  const client = new DynamoDBClient({ region: "us-east-1" });
  return {
    documents: Object.assign(DynamoDBDocumentClient.from(client), { send }),
    forget: (table, key) => partitions.delete(`${table} ${key}`),
  };
}
