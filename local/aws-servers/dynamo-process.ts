import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import type { Server } from "node:http";
import { join } from "node:path";
import dynalite from "dynalite";
import { StartRefused, serveAsEmbeddedChild } from "../processes/embedded-child.ts";
import { acquireProcessLock } from "../processes/process-lock.ts";
import { DynamoSettingsSchema } from "./dynamo-server.ts";
import { guardServer } from "./request-guard.ts";

await serveAsEmbeddedChild(async (settings) => {
  const { folder, key, lockWaitMs } = DynamoSettingsSchema.parse(settings);
  const path = folder === undefined ? undefined : await lockFolder(folder, lockWaitMs);
  const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  surviveLostClients(server);
  guardServer(server, key);
  // An idle connection that the server closes just as a client uses it again would make the SDK
  // repeat a write.
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  const url = `http://127.0.0.1:${port}`;
  await proveStoreIsOpen(url, key);
  return { url, close: () => closeServer(server) };
});

/** LevelDB has a lock of its own, but refuses at once; a killed predecessor needs a moment. */
async function lockFolder(folder: string, waitMs: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  const lock = await acquireProcessLock(join(folder, "lock"), { waitMs });
  if (lock === undefined) throw new StartRefused(`another process has ${folder} open`);
  return join(folder, "tables");
}

/**
 * dynalite throws, and so ends, when a client is lost in the middle of a request. Its handler has
 * run by the time that this one does; the request never gets to its end and changes nothing.
 */
function surviveLostClients(server: Server): void {
  server.on("request", (request) => {
    request.removeAllListeners("error");
    request.on("error", () => request.destroy());
  });
}

/** dynalite opens its store after it listens; this waits for it, or ends the process. */
async function proveStoreIsOpen(url: string, key = "local"): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "DynamoDB_20120810.ListTables",
      "x-amz-date": "20260101T000000Z",
      authorization: `AWS4-HMAC-SHA256 Credential=${key}, SignedHeaders=host, Signature=b`,
    },
    body: "{}",
  });
  if (!response.ok) throw new Error(`dynalite answered ${response.status} to ListTables`);
  await response.text();
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
