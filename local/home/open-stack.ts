import { setTimeout } from "node:timers/promises";
import { environmentNames } from "../../shared/config/names.ts";
import { acquireProcessLock, ProcessLockError } from "../processes/process-lock.ts";
import { attachToOwner } from "./control-port.ts";
import { isDiskFull } from "./disk-space.ts";
import { type Home, openHome } from "./home.ts";
import { HomeError } from "./home-error.ts";
import { type OwnerFile, readOwnerFile } from "./owner-file.ts";
import type { OpenStackOptions, Stack } from "./stack.ts";

/**
 * The servers of a home. The first command that needs them starts them and owns them; commands
 * beside it attach; when an owner has died, the next command owns.
 * @throws HomeError
 */
export async function openStack(options: OpenStackOptions): Promise<Stack> {
  const home = await openHome(options.home);
  const deadline = performance.now() + (options.waitMs ?? 60_000);
  let noticeAt = performance.now() + 1_000;
  for (;;) {
    const lock = await takeOwnerLock(home);
    if (lock !== undefined) {
      // Loaded by an owner only: half a second that an attached command need not wait.
      const { ownStack } = await import("./own-stack.ts");
      return ownStack(home, lock, options);
    }
    const attached = await attach(home, options);
    if (attached !== undefined) return attached;
    if (performance.now() > deadline) throw busy(home);
    if (performance.now() > noticeAt) {
      options.onNotice("waiting for another command that is starting or stopping in this home");
      noticeAt = Number.POSITIVE_INFINITY;
    }
    await setTimeout(50);
  }
}

async function takeOwnerLock({ folder, files }: Home) {
  try {
    return await acquireProcessLock(files.ownerLock, { waitMs: 0 });
  } catch (cause) {
    if (!(cause instanceof ProcessLockError)) throw cause;
    const message = (await isDiskFull(folder))
      ? `${folder} cannot be used as a home: the disk is full. Make room, or set ${environmentNames.home} to another folder.`
      : cause.message;
    throw new HomeError("HOME_UNWRITABLE", message, { cause });
  }
}

async function attach(home: Home, options: OpenStackOptions): Promise<Stack | undefined> {
  const owner = await readOwnerFile(home.files.endpoints);
  if (owner === undefined) return undefined;
  const attachment = await attachToOwner(owner.controlPort, owner.controlSecret);
  if (attachment === undefined) return undefined;
  try {
    compareWithOwner(home, owner, options);
  } catch (error) {
    attachment.close();
    throw error;
  }
  return {
    role: "attached",
    endpoints: owner.endpoints,
    handlerEnvironment: owner.handlerEnvironment,
    lost: attachment.ownerGone.then(() => "the command that ran this home's servers has gone"),
    close: async () => attachment.close(),
  };
}

/** The owner's workers do what an attached command starts, with the owner's environment. */
function compareWithOwner(home: Home, owner: OwnerFile, options: OpenStackOptions): void {
  const { postgresUrl, rowStore, searchConsoleRootUrl } = environmentNames;
  const store = options.environment[rowStore];
  if (store && store !== owner.handlerEnvironment[rowStore]) {
    throw new HomeError(
      "HOME_OWNER_DIFFERS",
      `another command (pid ${owner.pid}) uses ${home.folder} with its rows elsewhere than ${rowStore}=${store} says here. Wait for it to end, or use another home.`,
    );
  }
  const rows = options.environment[postgresUrl];
  if (rows && rows !== owner.handlerEnvironment[postgresUrl]) {
    throw new HomeError(
      "HOME_OWNER_DIFFERS",
      `another command (pid ${owner.pid}) uses ${home.folder} with its rows in another database than ${postgresUrl} names here. Wait for it to end, or use another home.`,
    );
  }
  const here = options.environment[searchConsoleRootUrl];
  const there = owner.handlerEnvironment[searchConsoleRootUrl];
  if (here && here !== there) {
    options.onNotice(
      `the command that owns this home (pid ${owner.pid}) reads ${there ?? "Google"}, not ${here}: a run started here does too`,
    );
  }
}

function busy(home: Home): HomeError {
  return new HomeError(
    "HOME_BUSY",
    `another command has been starting or stopping in ${home.folder} for a while. Try again when it has ended, or set ${environmentNames.home} to another folder.`,
  );
}
