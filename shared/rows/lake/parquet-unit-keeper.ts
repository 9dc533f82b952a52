import * as files from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { isPurged } from "../purge.ts";
import { RowStoreError } from "../row-store-error.ts";
import type { UnitRecord } from "../unit-record.ts";
import type { LakeLayout } from "./lake-layout.ts";
import { siteFolderName, unitFileName, unitFolderOf } from "./lake-layout.ts";
import { guardFiles, isMissing } from "./parquet-faults.ts";
import { type KeeperFiles, syncFolder } from "./parquet-folder.ts";
import { deleteUnits, putTombstone, readTombstones } from "./parquet-purge.ts";
import { readUnitFile } from "./parquet-unit-file.ts";
import { partName, type UnitKeeper } from "./unit-keeper.ts";

/**
 * The keeper of a lake in a folder. Only one may be open at a time; a home's owner has it. What was
 * incoming under an earlier keeper can no longer be placed: it is deleted. Units of one property are
 * placed side by side; a purge has the property to itself.
 */
export async function openUnitKeeper(
  layout: LakeLayout,
  fileSystem: KeeperFiles = files,
): Promise<UnitKeeper> {
  const { mkdir, rm, stat } = fileSystem;
  await guardFiles(async () => {
    await mkdir(layout.rows, { recursive: true, mode: 0o700 });
    await mkdir(layout.incoming, { recursive: true, mode: 0o700 });
    await mkdir(layout.purges, { recursive: true, mode: 0o700 });
    for (const part of await partsOf(layout, fileSystem)) await rm(part, { force: true });
  });
  const turns = new Map<string, Promise<unknown>>();

  /** A folder's turn, after the present ones of those that it must not meet. */
  function inTurn<T>(
    folder: string,
    meets: (other: string) => boolean,
    work: () => Promise<T>,
  ): Promise<T> {
    const before = [...turns].filter(([other]) => meets(other)).map(([, turn]) => turn);
    const turn = Promise.all(before).then(work);
    const settled = turn.then(
      () => {},
      () => {},
    );
    turns.set(folder, settled);
    void settled.then(() => turns.get(folder) === settled && turns.delete(folder));
    return turn;
  }

  return {
    place: (part) =>
      guardFiles(async () => {
        if (!partName.test(part)) throw new RowStoreError("refused", "not the name of a part");
        const source = join(layout.incoming, part);
        const incoming = await readPart(source);
        const unit = unitFolderOf(incoming.record);
        const site = siteFolderName(incoming.record.siteUrl);
        return inTurn(
          unit,
          (other) => other === unit || other === site,
          () =>
            placeUnit({
              layout,
              fileSystem,
              source,
              folder: join(layout.rows, unit),
              incoming: incoming.record,
            }),
        );
      }),
    purge: (purge) =>
      guardFiles(() => {
        const site = siteFolderName(purge.siteUrl);
        return inTurn(
          site,
          (other) => other === site || other.startsWith(join(site, sep)),
          async () => {
            await putTombstone(layout, purge, fileSystem);
            return deleteUnits(layout, purge, fileSystem);
          },
        );
      }),
    sweep: (untilMs) =>
      guardFiles(async () => {
        let swept = 0;
        for (const part of await partsOf(layout, fileSystem)) {
          const found = await stat(part).catch(absent);
          if (found === undefined || found.mtimeMs > untilMs) continue;
          await rm(part, { force: true });
          swept += 1;
        }
        return swept;
      }),
  };
}

/** Between the comparison and the rename nobody else has a turn: there is one keeper. */
async function placeUnit(options: {
  readonly layout: LakeLayout;
  readonly fileSystem: KeeperFiles;
  readonly source: string;
  readonly folder: string;
  readonly incoming: UnitRecord;
}): Promise<"flipped" | "superseded"> {
  const { layout, fileSystem, source, folder, incoming } = options;
  const { mkdir, rename, rm } = fileSystem;
  if ((await readTombstones(layout, incoming.siteUrl)).some((each) => isPurged(each, incoming))) {
    await rm(source, { force: true });
    return "superseded";
  }
  const target = join(folder, unitFileName);
  const placed = (await readUnitFile(target).catch(absent))?.record;
  if (placed !== undefined && placed.generation >= incoming.generation) {
    await rm(source, { force: true });
    if (placed.generation > incoming.generation) return "superseded";
    if (placed.hash === incoming.hash) return "flipped";
    throw new RowStoreError(
      "generation-closed",
      `generation ${incoming.generation} of ${incoming.siteUrl} ${incoming.report} ${incoming.date} is visible already, with other rows`,
    );
  }
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  await rename(source, target);
  await syncFolders(folder, made === undefined ? folder : dirname(made), fileSystem);
  await syncFolder(layout.incoming, fileSystem);
  return "flipped";
}

async function readPart(source: string) {
  const part = await readUnitFile(source).catch(absent);
  if (part !== undefined) return part;
  throw new RowStoreError(
    "generation-closed",
    "the finished file is gone: another command has taken the home over, or it was swept",
  );
}

async function partsOf({ incoming }: LakeLayout, { readdir }: KeeperFiles) {
  const names = await readdir(incoming);
  return names.filter((name) => partName.test(name)).map((name) => join(incoming, name));
}

/** Makes the entries of the folder, and of those above it up to `top`, last. */
async function syncFolders(folder: string, top: string, fileSystem: KeeperFiles): Promise<void> {
  for (let at = folder; ; at = dirname(at)) {
    await syncFolder(at, fileSystem);
    if (at === top || at === dirname(at)) return;
  }
}

function absent(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}
