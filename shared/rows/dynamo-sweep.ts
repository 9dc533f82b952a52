import { DeleteCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { tableKeys } from "../config/names.ts";
import { compact } from "../lib/compact.ts";
import { sideBySide } from "../lib/side-by-side.ts";
import { deleteRows } from "./dynamo-generations.ts";
import { isConditionFailure } from "./dynamo-rows-errors.ts";
import { type ItemKey, type RowsTable, sweepList, unitKey } from "./dynamo-rows-table.ts";
import { type Registration, registrationName, type UnitItem } from "./dynamo-unit-item.ts";
import { readUnitItemAt } from "./dynamo-units.ts";
import { generationGraceMs } from "./row-store.ts";

/**
 * States of a generation's registration, as in Postgres:
 *
 *   begun --completeUnit--> flipped --a newer flip, then the grace--> doomed
 *   begun --its take dead, the grace over--> doomed
 *   doomed --all rows deleted--> emptied --the grace again--> (gone)
 *
 * Doomed comes before the first deletion, on condition that the unit item is as it was read: a
 * generation is flipped or doomed, never both. A crash anywhere leaves a unit that the index still
 * lists, which the next sweep goes on with. Answers how many generations it emptied.
 */
export async function sweepGenerations(table: RowsTable, nowMs: number): Promise<number> {
  const graceOverMs = nowMs - generationGraceMs;
  const keys = await readUnitsToSweep(table, graceOverMs);
  const emptied = await sideBySide(keys, unitsAtOnce, (key) =>
    sweepUnit(table, key, nowMs, graceOverMs),
  );
  return emptied.reduce((sum, count) => sum + count, 0);
}

const unitsAtOnce = 4;

/** Somebody else's change of the item in between costs a look; begins and flips are rare. */
const maxLooks = 100;

/** The index may lag behind; the item itself is what is acted on. */
async function readUnitsToSweep(
  table: RowsTable,
  graceOverMs: number,
): Promise<readonly ItemKey[]> {
  const { sweepIndex, sweepKey, sweepSortKey } = tableKeys.rows;
  const keys: ItemKey[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table.documents.send(
      new QueryCommand({
        TableName: table.name,
        IndexName: sweepIndex,
        KeyConditionExpression: "#list = :list AND #from <= :graceOver",
        ExpressionAttributeNames: { "#list": sweepKey, "#from": sweepSortKey },
        ExpressionAttributeValues: {
          ":list": sweepList,
          ":graceOver": new Date(graceOverMs).toISOString(),
        },
        ExclusiveStartKey: start,
      }),
    );
    keys.push(...(page.Items ?? []).map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) })));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return keys;
}

export async function sweepUnit(
  table: RowsTable,
  key: ItemKey,
  nowMs: number,
  graceOverMs: number,
): Promise<number> {
  let emptied = 0;
  for (let looks = 0; looks < maxLooks; looks += 1) {
    const item = await readUnitItemAt(table, key);
    if (item === undefined) return emptied;
    const step = nextStep(item, graceOverMs);
    switch (step.kind) {
      case "wait":
        return emptied;
      case "settle":
        if (await settle(table, item)) return emptied;
        break;
      case "doom":
        await change(table, item, step.generation, "SET #registration.doomedAtMs = :now", nowMs);
        break;
      case "empty":
        await deleteRows(table, item.unit, step.generation);
        emptied += 1;
        await change(table, item, step.generation, "SET #registration.emptiedAtMs = :now", nowMs);
        break;
      case "forget":
        await deleteRows(table, item.unit, step.generation);
        await change(table, item, step.generation, "REMOVE #registration");
        break;
      default:
        step satisfies never;
    }
  }
  return emptied;
}

type Step =
  | { readonly kind: "doom" | "empty" | "forget"; readonly generation: number }
  /** Nothing but what is visible is left: the unit leaves the index. */
  | { readonly kind: "settle" }
  | { readonly kind: "wait" };

/** A superseded generation counts its grace from the flip that superseded it. */
function nextStep({ visible, registrations }: UnitItem, graceOverMs: number): Step {
  const unseen = [...registrations].filter(([id]) => id !== visible?.record.generation);
  if (unseen.length === 0) return { kind: "settle" };
  const calm = visible === undefined || visible.completedAtMs <= graceOverMs;
  for (const [generation, registration] of unseen) {
    const kind = stepOf(registration, calm, graceOverMs);
    if (kind !== undefined) return { kind, generation };
  }
  return { kind: "wait" };
}

function stepOf(
  { begunAtMs, doomedAtMs, emptiedAtMs }: Registration,
  calm: boolean,
  graceOverMs: number,
): "doom" | "empty" | "forget" | undefined {
  if (emptiedAtMs !== undefined) return emptiedAtMs <= graceOverMs ? "forget" : undefined;
  if (doomedAtMs !== undefined) return "empty";
  return calm && begunAtMs <= graceOverMs ? "doom" : undefined;
}

/** On condition that the item is as it was read; otherwise nothing happens, and it is read again. */
async function change(
  table: RowsTable,
  item: UnitItem,
  generation: number,
  expression: string,
  nowMs?: number,
): Promise<void> {
  await unlessChanged(() =>
    table.documents.send(
      new UpdateCommand({
        TableName: table.name,
        Key: unitKey(item.unit),
        ConditionExpression: "#version = :seen",
        UpdateExpression: `${expression} ADD #version :one`,
        ExpressionAttributeNames: {
          "#registration": registrationName(generation),
          "#version": "version",
        },
        ExpressionAttributeValues: compact({ ":seen": item.version, ":one": 1, ":now": nowMs }),
      }),
    ),
  );
}

async function settle(table: RowsTable, item: UnitItem): Promise<boolean> {
  const { sweepKey, sweepSortKey } = tableKeys.rows;
  const seen = {
    TableName: table.name,
    Key: unitKey(item.unit),
    ConditionExpression: "#version = :seen",
  };
  const names = { "#version": "version" };
  const values = { ":seen": item.version };
  if (item.visible === undefined) {
    return unlessChanged(() =>
      table.documents.send(
        new DeleteCommand({
          ...seen,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: values,
        }),
      ),
    );
  }
  return unlessChanged(() =>
    table.documents.send(
      new UpdateCommand({
        ...seen,
        UpdateExpression: "REMOVE #sweepList, #sweepFrom",
        ExpressionAttributeNames: {
          ...names,
          "#sweepList": sweepKey,
          "#sweepFrom": sweepSortKey,
        },
        ExpressionAttributeValues: values,
      }),
    ),
  );
}

export async function unlessChanged(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return false;
  }
}
