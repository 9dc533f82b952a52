import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { descendantsOf } from "../support/homes/process-tree.ts";
import { waitUntilGone } from "../support/homes/start-stack-command.ts";
import { makeTlsMaterial } from "../support/servers/tls-material.ts";
import { waitUntil } from "../support/wait-until.ts";
import { timeoutMs } from "./patience.ts";

const repository = join(import.meta.dirname, "../..");
const binaries = join(repository, "node_modules/.bin");

export const region = "us-east-1";
export const accountId = "000000000000";

/** Serves it until whoever started it has gone, however it went: then it ends with its group. */
const program = `
import os, signal, sys, threading
from hypercorn.__main__ import main

def follow():
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)

threading.Thread(target=follow, daemon=True).start()
sys.exit(main())
`;

/** The emulator, and what a client has to know of it. */
export type Ministack = {
  readonly endpoint: string;
  readonly pid: number;
  /** PEM of the authority that its certificate comes from. */
  readonly authority: string;
  /** For a process that is to take the emulator for AWS, as the account's root. */
  readonly environment: Readonly<Record<string, string>>;
  /** A folder of its own, gone when it has stopped. */
  readonly folder: string;
  log(): Promise<string>;
  /** Ends it, and the functions' processes. */
  stop(): Promise<void>;
};

/**
 * Starts MiniStack on a free port of 127.0.0.1: functions run as processes of this machine, on the
 * clone's own Node, each with the permissions of its role and no others (AUTH); TLS, because our
 * policies refuse whoever comes without. `searchConsoleUrl` is in its environment, which functions
 * inherit, so that nothing that is deployed knows of the emulator.
 */
export async function startMinistack(options: {
  readonly python: string;
  readonly searchConsoleUrl: string;
}): Promise<Ministack> {
  const folder = await mkdtemp(join(tmpdir(), "gsc-sync-deploy-"));
  const temporary = join(folder, "tmp");
  await mkdir(temporary);
  const tls = await makeTlsMaterial(folder);
  const port = await freePort();
  const endpoint = `https://127.0.0.1:${port}`;
  const logPath = join(folder, "ministack.log");
  const log = openSync(logPath, "a");
  const env = {
    HOME: folder,
    PATH: [binaries, process.env.PATH].join(delimiter),
    TMPDIR: temporary,
    GATEWAY_PORT: String(port),
    MINISTACK_HOST: "127.0.0.1",
    MINISTACK_REGION: region,
    LAMBDA_EXECUTOR: "local",
    IOT_MTLS_ENABLED: "0",
    SFTP_ENABLED: "0",
    AUTH: "true",
    USE_SSL: "1",
    MINISTACK_SSL_CERT: tls.certificate,
    MINISTACK_SSL_KEY: tls.key,
    NODE_EXTRA_CA_CERTS: tls.authority,
    GSC_API_ROOT_URL: options.searchConsoleUrl,
  };
  // Not its own command, which would take port 443 as well.
  const args = ["ministack.app:app", "--bind", `127.0.0.1:${port}`, "--keep-alive", "75"];
  const withTls = ["--certfile", tls.certificate, "--keyfile", tls.key];
  const child = spawn(options.python, ["-c", program, ...args, ...withTls], {
    cwd: folder,
    env,
    // A process group of its own, so that the functions' processes end with it.
    detached: true,
    stdio: ["pipe", log, log],
  });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) throw new Error("MiniStack did not start");

  const stop = async () => {
    const all = [pid, ...descendantsOf(pid)];
    if (child.exitCode === null && child.signalCode === null) {
      process.kill(-pid, "SIGKILL");
      await once(child, "exit");
    }
    await waitUntilGone(all, timeoutMs);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const readLog = () => readFile(logPath, "utf8");
  try {
    const running = async () => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`MiniStack ended: ${await readLog()}`);
      return (await readLog()).includes("Running on");
    };
    await waitUntil("MiniStack listens", running, timeoutMs);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoint,
    pid,
    authority: await readFile(tls.authority, "utf8"),
    environment: clientEnvironment(endpoint, tls.authority, folder),
    folder,
    log: readLog,
    stop,
  };
}

/** Nothing of the machine's own AWS configuration reaches the command. */
function clientEnvironment(endpoint: string, authority: string, home: string) {
  return {
    PATH: [binaries, process.env.PATH].join(delimiter),
    HOME: home,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: region,
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_CA_BUNDLE: authority,
    NODE_EXTRA_CA_CERTS: authority,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  server.close();
  await once(server, "close");
  return address.port;
}
