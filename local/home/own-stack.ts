import { stat } from "node:fs/promises";
import { environmentNames } from "../../shared/config/names.ts";
import { newAccessKey } from "../aws-servers/request-guard.ts";
import type { ProcessLock } from "../processes/process-lock.ts";
import { openControlPort } from "./control-port.ts";
import { isDiskFull } from "./disk-space.ts";
import type { Home } from "./home.ts";
import { removeOwnerFile, writeOwnerFile } from "./owner-file.ts";
import type { OpenStackOptions, Stack } from "./stack.ts";
import { stackParts } from "./stack-parts.ts";
import { startServers } from "./start-servers.ts";
import { writeFileWhole } from "./write-file-whole.ts";

/**
 * Starts a home's servers in this command, whose lock it takes over: starting -> open (others
 * attach) -> alone (nobody is welcomed) -> stopped (the lock is free). A start that fails half-way
 * stops what it started.
 */
export async function ownStack(
  home: Home,
  lock: ProcessLock,
  options: OpenStackOptions,
): Promise<Stack> {
  const { environment, onNotice, parts = stackParts } = options;
  const forced = new AbortController();
  const lost = Promise.withResolvers<string>();
  const stops = new AsyncDisposableStack();
  stops.defer(() => lock.release());
  try {
    // A predecessor that was killed left its own.
    await removeOwnerFile(home.files.endpoints);
    const key = newAccessKey();
    await writeCredentials(home.files.credentials, key);
    stops.defer(() => removeOwnerFile(home.files.credentials));
    const starting = startServers({
      home,
      parts,
      key,
      environment,
      stops,
      onNotice,
      onLost: (title) => lost.resolve(`${title} has ended by itself`),
    });
    const [servers, { startPipeline }] = await Promise.all([
      starting,
      // Loaded while the servers start.
      import("./start-pipeline.ts"),
    ]);
    const { endpoints, handlerEnvironment } = await startPipeline({
      home,
      parts,
      servers,
      key,
      environment,
      lever: firstLever(environment),
      openLever: options.openLever ?? (() => () => firstLever(environment)),
      onNotice,
      stops,
      forced: forced.signal,
    });
    const control = await openControlPort();
    stops.defer(() => control.close());
    const { port: controlPort, secret: controlSecret } = control;
    const { pid } = process;
    stops.defer(() => removeOwnerFile(home.files.endpoints));
    await writeOwnerFile(home.files.endpoints, {
      pid,
      controlPort,
      controlSecret,
      endpoints,
      handlerEnvironment,
    });
    const watch = await watchHome(home, lost.resolve);
    stops.defer(() => watch.close());

    let closing: Promise<void> | undefined;
    async function close(): Promise<void> {
      const pids = control.attachedPids();
      if (pids.length > 0 && !forced.signal.aborted) {
        onNotice(`waiting for other commands that use this home to end (pid ${pids.join(", ")})`);
      }
      await control.refuseWhenAlone(forced.signal);
      await stops.disposeAsync();
    }
    return {
      role: "owner",
      endpoints,
      handlerEnvironment,
      lost: lost.promise,
      close({ force = false } = {}) {
        if (force) forced.abort();
        closing ??= close();
        return closing;
      },
    };
  } catch (error) {
    await stops.disposeAsync();
    throw error;
  }
}

const watchEveryMs = 1_000;

/** Says once that the home is no longer there, or that another is in its place, or its disk is full. */
async function watchHome({ folder, files }: Home, onLost: (what: string) => void) {
  const { ino } = await stat(files.endpoints);
  const timer = setInterval(async () => {
    const found = await stat(files.endpoints).catch((error: NodeJS.ErrnoException) => error.code);
    const gone = typeof found === "object" ? found.ino !== ino : found === "ENOENT";
    if (gone) end(`the home ${folder} was deleted or replaced under its servers`);
    else if (await isDiskFull(folder)) end(`${folder} has no room for its servers`);
  }, watchEveryMs);
  timer.unref();
  function end(what: string): void {
    clearInterval(timer);
    onLost(what);
  }
  return { close: () => clearInterval(timer) };
}

/** A home starts at 5: a run's own concurrency decides. */
function firstLever(environment: Readonly<Record<string, string | undefined>>): number {
  const lever = Number(environment[environmentNames.lever] || 5);
  return Number.isInteger(lever) && lever >= 0 ? lever : 5;
}

/** As the AWS CLI and the SDKs read it; only its user may. */
async function writeCredentials(file: string, key: string): Promise<void> {
  await writeFileWhole(
    file,
    `[default]\naws_access_key_id = ${key}\naws_secret_access_key = ${key}\n`,
  );
}
