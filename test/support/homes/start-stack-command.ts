import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { StackEndpointsSchema } from "../../../local/home/stack.ts";
import { isAlive, waitUntil } from "../wait-until.ts";

const EventSchema = z.discriminatedUnion("event", [
  z.object({
    event: z.literal("open"),
    role: z.enum(["owner", "attached"]),
    endpoints: StackEndpointsSchema,
    handlerEnvironment: z.record(z.string(), z.string()),
    pid: z.int(),
  }),
  z.object({ event: z.literal("notice"), notice: z.string() }),
  z.object({ event: z.literal("owner-gone") }),
  z.object({ event: z.literal("closed") }),
  z.object({ event: z.literal("failed"), message: z.string() }),
]);

type Event = z.infer<typeof EventSchema>;
type Child = ChildProcessByStdio<Writable, Readable, null>;

/** A command in a process of its own, below stack-command.ts. Killed when the test has finished. */
export function startStackCommand(home: string, kind: "toy" | "real" = "toy") {
  const program = join(import.meta.dirname, "stack-command.ts");
  const child: Child = spawn(process.execPath, [program, home, kind], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const events: Event[] = [];
  createInterface({ input: child.stdout }).on("line", (line) =>
    events.push(EventSchema.parse(JSON.parse(line))),
  );
  const exited = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  return {
    pid: child.pid ?? 0,
    events,
    exited,
    say: (line: "close" | "force") => child.stdin.write(`${line}\n`),
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    event: <Name extends Event["event"]>(name: Name, withinMs = 60_000) =>
      waitUntil(
        `${name} after ${JSON.stringify(events)}`,
        () => events.find((seen): seen is Extract<Event, { event: Name }> => seen.event === name),
        withinMs,
      ),
  };
}

/** A process's descendants, from /proc. */
export function descendantsOf(pid: number): number[] {
  const children = readdirSync("/proc").flatMap((name) => {
    const id = Number(name);
    return Number.isInteger(id) && parentOf(id) === pid ? [id] : [];
  });
  return [...children, ...children.flatMap(descendantsOf)];
}

/** Addresses that a process listens on, as /proc/net has them: little-endian hexadecimal. */
export function listenersOf(pid: number): { readonly address: string; readonly port: number }[] {
  const inodes = new Set(socketInodesOf(pid));
  return ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, "utf8")
      .split("\n")
      .slice(1)
      .flatMap((line) => {
        const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
        const [address = "", port = ""] = local.split(":");
        const listening = state === "0A" && inodes.has(inode);
        return listening ? [{ address, port: Number.parseInt(port, 16) }] : [];
      }),
  );
}

export async function waitUntilGone(pids: readonly number[], withinMs: number): Promise<void> {
  await waitUntil(`the end of ${pids}`, () => !pids.some(isRunning), withinMs);
}

function isRunning(pid: number): boolean {
  // A zombie that nobody has reaped yet has ended all the same.
  return isAlive(pid) && statOf(pid)?.[0] !== "Z";
}

function parentOf(pid: number): number | undefined {
  const parent = statOf(pid)?.[1];
  return parent === undefined ? undefined : Number(parent);
}

/** State, parent, … of /proc/<pid>/stat: what follows the name, which may hold anything. */
function statOf(pid: number): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
  } catch {
    return undefined;
  }
}

function socketInodesOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
    const match = /^socket:\[(\d+)\]$/.exec(targetOf(`/proc/${pid}/fd/${descriptor}`));
    return match?.[1] === undefined ? [] : [match[1]];
  });
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}
