import * as files from "node:fs/promises";
import { join } from "node:path";
import type { Row } from "../../shared/request/row.ts";
import { keyedRows } from "../../shared/rows/keyed-rows.ts";
import { type LakeLayout, lakeLayout, unitFolderOf } from "../../shared/rows/lake/lake-layout.ts";
import type { KeeperFiles } from "../../shared/rows/lake/parquet-folder.ts";
import { openParquetRowStore } from "../../shared/rows/lake/parquet-row-store.ts";
import { readUnitRows } from "../../shared/rows/lake/parquet-unit-file.ts";
import { openUnitKeeper } from "../../shared/rows/lake/parquet-unit-keeper.ts";
import type { UnitKeeper } from "../../shared/rows/lake/unit-keeper.ts";
import type { RowStore } from "../../shared/rows/row-store.ts";
import { pageQuery, sampleRecord, sampleRow, sampleUnit } from "../support/samples/row-samples.ts";
import { type Dice, dice as diceOf } from "./dice.ts";

/**
 * One history of a lake on a real file system: takes store three units, die, come back with old
 * files; the keeper's disk fills, it dies between any two of its steps and another is opened.
 * After every step a stranger reads whatever a glob for Parquet files finds, and judges it.
 */
export type LakeHistory = {
  readonly violations: readonly string[];
  readonly steps: number;
  /** How often each thing happened. */
  readonly struck: ReadonlyMap<string, number>;
};

/** What stands in the keeper's place to show that the judge sees it. */
export type LakeBug = (keeper: UnitKeeper, layout: LakeLayout) => UnitKeeper;

type Take = {
  readonly token: number;
  readonly day: number;
  readonly rows: readonly Row[];
  readonly store: RowStore;
  state: "begun" | "written" | "stalled" | "acknowledged" | "over";
  /** What it waits for before it asks for its file's place. */
  stall?: Promise<void>;
};

const unitDays = [0, 1, 2] as const;

export async function runLakeHistory(
  seed: number,
  folder: string,
  bug: LakeBug = (keeper) => keeper,
): Promise<LakeHistory> {
  const dice = diceOf(seed);
  const layout = lakeLayout(folder);
  const violations: string[] = [];
  const struck = new Map<string, number>();
  const count = (what: string) => void struck.set(what, (struck.get(what) ?? 0) + 1);

  let disk = createDisk(dice, count);
  let keeper = await openKeeper();
  /** Workers that have written their file and not yet asked for its place. */
  const stalled: {
    readonly take: Take;
    readonly goOn: () => void;
    readonly ended: Promise<void>;
  }[] = [];
  // A worker asks whoever is the keeper now.
  const keeperOf = (take: () => Take): UnitKeeper => ({
    async place(part) {
      await take().stall;
      return keeper.place(part);
    },
    purge: (purge) => keeper.purge(purge),
    sweep: (untilMs) => keeper.sweep(untilMs),
  });
  const takes: Take[] = [];
  let lastToken = 0;
  /** By day: the newest token whose flip was acknowledged, and what was ever seen. */
  const acknowledged = new Map<number, number>();
  const seen = new Map<number, number>();
  /** By day: the token of the newest purge that was begun, and of the newest that was acknowledged. */
  const purging = new Map<number, number>();
  const purged = new Map<number, number>();

  const moves: readonly [() => Promise<void>, ...(() => Promise<void>)[]] = [
    async function begin() {
      const token = ++lastToken;
      const day = dice.pick(unitDays);
      const rows = Array.from({ length: 1 + dice.below(6) }, (_, index) =>
        sampleRow([`https://example.com/${token}`, `q${index}`], token),
      );
      const store = openParquetRowStore(
        folder,
        keeperOf(() => take),
      );
      const take: Take = { token, day, rows, store, state: "begun" };
      await store.beginGeneration(sampleUnit(day), token, 0);
      takes.push(take);
      count("a take begins");
    },
    async function write() {
      const take = pickTake("begun");
      if (take === undefined) return;
      await take.store.writeRows(sampleUnit(take.day), take.token, pageQuery, keyedRows(take.rows));
      take.state = "written";
    },
    async function complete() {
      const take = pickTake("written");
      if (take !== undefined) await completeTake(take);
    },
    async function completeSeveral() {
      const ready = takes.filter(({ state }) => state === "written");
      if (ready.length > 1) count("takes complete at once");
      await Promise.all(ready.map(completeTake));
    },
    async function repeat() {
      // The answer was lost: the same is asked again, late.
      const take = pickTake("acknowledged");
      if (take === undefined) return;
      count("a flip is repeated");
      await completeTake(take);
    },
    async function stall() {
      const take = pickTake("written");
      if (take === undefined) return;
      count("a worker stalls before its file is placed");
      take.state = "stalled";
      const { promise, resolve: goOn } = Promise.withResolvers<void>();
      take.stall = promise;
      stalled.push({ take, goOn, ended: completeTake(take) });
    },
    async function comeBack() {
      const zombie = stalled.shift();
      if (zombie === undefined) return;
      if (takes.some((other) => isAhead(other, zombie.take))) {
        count("a zombie comes back with an old file");
      }
      if ((purged.get(zombie.take.day) ?? 0) > zombie.take.token) {
        count("a zombie comes back after a purge");
      }
      zombie.goOn();
      await zombie.ended;
    },
    async function purge() {
      // Seldom: something must be stored to be purged.
      if (dice.chance(0.15)) await purgeDays();
    },
    async function purgeBesideTakes() {
      const ready = takes.filter(({ state }) => state === "written");
      if (ready.length === 0 || dice.chance(0.5)) return;
      count("takes complete beside a purge");
      await Promise.all([purgeDays(), ...ready.map(completeTake)]);
    },
    async function restart() {
      await restartKeeper();
    },
    async function sweep() {
      await keeper.sweep(Date.now() + (dice.chance(0.3) ? 1_000 : -1_000)).catch(() => {});
      if (disk.dead()) await restartKeeper();
    },
  ];

  function isAhead(other: Take, take: Take): boolean {
    return other.day === take.day && other.token > take.token && other.state === "acknowledged";
  }

  function pickTake(state: Take["state"]): Take | undefined {
    const ready = takes.filter((take) => take.state === state);
    return ready[dice.below(ready.length)];
  }

  /** The days before one; what takes of older tokens stored of them is promised to nobody any more. */
  async function purgeDays(): Promise<void> {
    const token = ++lastToken;
    const days = unitDays.slice(0, 1 + dice.below(unitDays.length));
    const { siteUrl, date } = sampleUnit(days.length);
    for (const day of days) purging.set(day, token);
    try {
      for (let more = true; more; ) {
        ({ more } = await keeper.purge({ siteUrl, before: date, reports: null, token }));
      }
      for (const day of days) purged.set(day, token);
      count("a purge ends");
    } catch {
      count("a purge fails");
      if (disk.dead()) await restartKeeper();
    }
  }

  function isPromised(day: number): number {
    const token = acknowledged.get(day) ?? 0;
    return token > (purging.get(day) ?? 0) ? token : 0;
  }

  async function restartKeeper(): Promise<void> {
    count("the keeper is opened anew");
    keeper = await openKeeper();
  }

  async function openKeeper(): Promise<UnitKeeper> {
    for (;;) {
      disk = createDisk(dice, count);
      try {
        return bug(await openUnitKeeper(layout, disk.files), layout);
      } catch {
        count("the keeper cannot be opened");
      }
    }
  }

  async function completeTake(take: Take): Promise<void> {
    const record = sampleRecord(sampleUnit(take.day), take.token, [take.rows]);
    try {
      const answer = await take.store.completeUnit(record, 1);
      count(answer);
      if (answer === "flipped") {
        const before = acknowledged.get(take.day) ?? 0;
        if (take.state !== "acknowledged" && take.token < before) {
          violations.push(`token ${take.token} flipped after ${before} was acknowledged`);
        }
        take.state = "acknowledged";
        acknowledged.set(take.day, Math.max(before, take.token));
      } else {
        take.state = "over";
      }
    } catch {
      count("a flip fails");
      if (disk.dead()) await restartKeeper();
    }
  }

  /** Knows nothing of us: every file that the glob finds is read. */
  async function judge(): Promise<void> {
    for (const name of await files.readdir(folder, { recursive: true })) {
      if (name.endsWith(".parquet") && !name.startsWith("rows")) {
        violations.push(`a glob finds ${name}`);
      }
    }
    for (const day of unitDays) {
      const file = join(layout.rows, unitFolderOf(sampleUnit(day)), "unit.parquet");
      const read = await readUnitRows(file).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") violations.push(`day ${day} is torn: ${error.message}`);
        return undefined;
      });
      const token = read?.record.generation ?? 0;
      const before = seen.get(day) ?? 0;
      const mayGo = token === 0 && before < (purging.get(day) ?? 0);
      if (token < before && !mayGo) {
        violations.push(`day ${day} went back from ${before} to ${token}`);
      }
      if (token > 0 && token < (purged.get(day) ?? 0)) {
        violations.push(`day ${day} shows ${token}, which was purged`);
      }
      seen.set(day, token);
      const promised = isPromised(day);
      if (token < promised) violations.push(`day ${day} shows ${token}, ${promised} was stored`);
      const take = takes.find((each) => each.token === token);
      if (read === undefined) continue;
      const texts = new Set(read.rows.map(({ page }) => page));
      if (read.rows.length !== take?.rows.length || texts.size !== 1) {
        violations.push(`day ${day} shows ${read.rows.length} rows of ${texts.size} takes`);
      }
    }
  }

  let steps = 0;
  for (; steps < 30 && violations.length === 0; steps += 1) {
    await dice.pick(moves)();
    await judge();
  }
  for (const { goOn, ended } of stalled) {
    goOn();
    await ended;
    await judge();
  }
  return { violations, steps, struck };
}

/** A disk that is full for a while, or a process that dies, at any of the keeper's calls. */
function createDisk(dice: Dice, count: (what: string) => void) {
  let left = dice.chance(0.6) ? dice.below(25) : Number.POSITIVE_INFINITY;
  const dies = dice.chance(0.5);
  let dead = false;
  function step(): void {
    if (dead) throw fault("EIO");
    left -= 1;
    if (left >= 0) return;
    dead = dies;
    count(dies ? "the keeper dies at a step" : "the disk is full at a step");
    if (!dies) left = dice.below(25);
    throw fault(dies ? "EIO" : "ENOSPC");
  }
  const wrap =
    <Work extends (...args: never[]) => Promise<unknown>>(work: Work) =>
    async (...args: Parameters<Work>) => {
      step();
      return work(...args);
    };
  return {
    dead: () => dead,
    files: {
      mkdir: wrap(files.mkdir),
      open: wrap(files.open),
      readdir: wrap(files.readdir as never),
      rename: wrap(files.rename),
      rm: wrap(files.rm),
      rmdir: wrap(files.rmdir),
      stat: wrap(files.stat),
    } as unknown as KeeperFiles,
  };
}

function fault(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code, syscall: "write" });
}
