import { Worker } from "node:worker_threads";
import type { ChildMessage } from "./embedded-process.ts";
import { stopMessage } from "./embedded-process.ts";

export type ServingChild = { readonly url: string; close(): Promise<void> };

/** A start that cannot succeed for a reason that a person can act on. */
export class StartRefused extends Error {
  readonly code = "start-refused";
}

/**
 * The child's side of {@link startEmbeddedProcess}: starts the server, reports its URL, and ends
 * when asked to, and when the parent is gone, however it went: the operating system closes the IPC
 * channel for it. Signals are ignored: Ctrl-C, a closed terminal and a service's stop reach every
 * process at once, and the owner, which needs the servers for a clean stop, decides the order.
 */
export async function serveAsEmbeddedChild(
  start: (settings: unknown) => Promise<ServingChild>,
): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
  // The parent's ends of these pipes go with it; printing into them must not be what ends us.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});

  const asked = new Promise<void>((resolve) => {
    process.once("disconnect", () => resolve());
    process.on("message", (message) => {
      if (message === stopMessage) resolve();
    });
    if (!process.connected) resolve();
  });
  new Worker(new URL("./parent-watch.ts", import.meta.url), { workerData: process.ppid }).unref();

  try {
    const child = await start(JSON.parse(process.argv[2] ?? "{}"));
    report({ kind: "serving", url: child.url });
    await asked;
    await child.close();
    process.exit(0);
  } catch (error) {
    if (!(error instanceof StartRefused)) throw error;
    report({ kind: "refused", reason: error.message }, () => process.exit(1));
  }
}

function report(message: ChildMessage, then: () => void = () => {}): void {
  if (process.connected) process.send?.(message, undefined, undefined, then);
  else then();
}
