import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  createDsqlPool,
  dsqlRegion,
  dsqlToken,
} from "../../shared/rows/postgres-dsql-connection.ts";
import { openDsqlRowStore } from "../../shared/rows/postgres-dsql-row-store.ts";
import { createMessageReader } from "../support/postgres/postgres-message-reader.ts";
import { messageType, startupCodes } from "../support/postgres/postgres-wire.ts";

const hostname = "abcdefghijklmnopqrstuvwxyz.dsql.eu-west-1.on.aws";

describe("a token", () => {
  beforeEach(() => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "hush");
  });
  afterEach(() => vi.unstubAllEnvs());

  test.each([
    ["admin", "DbConnectAdmin"],
    ["gsc_sync", "DbConnect"],
  ])("for %s is signed for %s, the cluster and its region", async (user, action) => {
    const token = new URL(`https://${await dsqlToken({ hostname, user })()}`);
    expect(token.hostname).toBe(hostname);
    expect(token.searchParams.get("Action")).toBe(action);
    expect(token.searchParams.get("X-Amz-Credential")).toMatch(
      /^AKIDEXAMPLE\/\d{8}\/eu-west-1\/dsql\/aws4_request$/,
    );
    expect(Number(token.searchParams.get("X-Amz-Expires"))).toBeLessThanOrEqual(900);
    expect(String(token)).not.toContain("hush");
  });

  test.each([
    ["abc.dsql.us-east-2.on.aws", "us-east-2"],
    ["abc.dsql-fnh4.us-west-2.on.aws", "us-west-2"],
    ["vpce-0123.example.internal", undefined],
  ])("takes the region of %s from its name", (name, region) => {
    expect(dsqlRegion(name)).toBe(region);
  });
});

describe("a connection", () => {
  test("is opened with a token of its own, and kept open with it", async () => {
    const server = await startTokenServer();
    let made = 0;
    const pool = createDsqlPool(
      { hostname: "127.0.0.1", user: "gsc_sync" },
      {
        port: server.port,
        encrypted: false,
        token: async () => {
          made += 1;
          return `token ${made}`;
        },
      },
    );
    await Promise.all([1, 2, 3].map(() => pool.query("SELECT 1", [])));
    await pool.query("SELECT 1", []);
    await pool.end();
    expect(server.passwords.sort()).toEqual(["token 1", "token 2", "token 3"]);
    await server.stop();
  });

  test("is refused where it would not be encrypted, and no token is sent", async () => {
    const server = await startTokenServer();
    const cluster = { hostname: "127.0.0.1", user: "admin" };
    const pool = createDsqlPool(cluster, { port: server.port, token: async () => "token" });
    await expect(pool.query("SELECT 1", [])).rejects.toThrow(/SSL/);
    await pool.end();
    expect(server.passwords).toEqual([]);
    await server.stop();
  });
});

test("a cluster that is not there is unavailable", async () => {
  const opening = openDsqlRowStore({ hostname: "no-such-cluster.invalid", user: "admin" });
  await expect(opening).rejects.toMatchObject({ name: "RowStoreError", code: "unavailable" });
});

/** A Postgres as far as the password, in the clear; then every query is answered with nothing. */
async function startTokenServer() {
  const passwords: string[] = [];
  const sockets = new Set<Socket>();
  async function serve(socket: Socket): Promise<void> {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    const reader = createMessageReader(socket);
    const startup = await reader.nextStartup();
    if (startup.kind !== "message") return;
    if (startup.message.readInt32BE(4) === startupCodes.ssl) {
      socket.write("N");
      return;
    }
    socket.write(Buffer.from("R\0\0\0\u0008\0\0\0\u0003", "latin1"));
    for (;;) {
      const read = await reader.next();
      if (read.kind !== "message") return;
      const type = messageType(read.message);
      if (type === "p") {
        passwords.push(read.message.toString("utf8", 5, read.message.length - 1));
        socket.write(Buffer.from("R\0\0\0\u0008\0\0\0\0Z\0\0\0\u0005I", "latin1"));
      }
      if (type === "Q") socket.write(Buffer.from("I\0\0\0\u0004Z\0\0\0\u0005I", "latin1"));
    }
  }
  const server = createServer((socket) => void serve(socket).catch(() => socket.destroy()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    passwords,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
