import type { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { connectRaw } from "../servers/postgres-raw-client.ts";
import { openPostgresGate, type PostgresGate } from "./postgres-gate.ts";
import { createPostgresSession, type PostgresSession } from "./postgres-session.ts";
import { createDatabase } from "./postgres-template.ts";
import { createPostgresTurns } from "./postgres-turns.ts";
import { encodeBind, encodeQuery, encodeStartup, encodeSync } from "./postgres-wire.ts";

const startup = encodeStartup({ user: "someone", database: "anything" });

let database: PGlite;
let session: PostgresSession;
let gate: PostgresGate;
let clients: pg.Client[] = [];

beforeAll(async () => {
  database = await createDatabase(undefined);
  session = await createPostgresSession(database);
});

afterAll(async () => {
  await database.close();
});

beforeEach(async () => {
  await openGate({});
  const admin = await connectClient();
  await admin.query("DROP TABLE IF EXISTS chunk_rows, notes");
  await admin.query(
    "CREATE TABLE chunk_rows (writer int, chunk int, line int, note text, PRIMARY KEY (writer, chunk, line))",
  );
  await admin.query("CREATE TABLE notes (id int PRIMARY KEY, note text)");
});

afterEach(async () => {
  await gate.close();
  clients = [];
});

async function openGate(changes: Partial<Parameters<typeof openPostgresGate>[0]>) {
  await gate?.close();
  gate = await openPostgresGate({
    session,
    turns: createPostgresTurns(),
    idleTimeoutMs: 10_000,
    ...changes,
  });
}

async function connectClient(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: gate.url });
  client.on("error", () => {});
  clients.push(client);
  await client.connect();
  return client;
}

async function one(client: pg.Client, sql: string, values: unknown[] = []): Promise<unknown> {
  const { rows } = await client.query({ text: sql, values, rowMode: "array" });
  return rows[0]?.[0];
}

const rowsAChunk = 300;
const lines = Array.from({ length: rowsAChunk }, (_, line) => line);
const upsert = `INSERT INTO chunk_rows SELECT * FROM unnest($1::int[], $2::int[], $3::int[], $4::text[])
  ON CONFLICT (writer, chunk, line) DO UPDATE SET note = excluded.note`;

/**
 * Writes chunks, autocommit and in transactions by turns, takes some back again, and checks each
 * answer for its own.
 */
async function write(writer: number, chunks: number): Promise<void> {
  const client = await connectClient();
  const upsertChunk = async (chunk: number) => {
    const { rowCount } = await client.query(upsert, [
      lines.map(() => writer),
      lines.map(() => chunk),
      lines,
      lines.map((line) => `${writer}/${chunk}/${line} é漢🙂`),
    ]);
    expect(rowCount).toBe(rowsAChunk);
  };
  for (let chunk = 0; chunk < chunks; chunk++) {
    switch ((writer + chunk) % 3) {
      case 0:
        await upsertChunk(chunk);
        break;
      case 1:
        await client.query("BEGIN");
        await upsertChunk(chunk);
        await client.query("COMMIT");
        break;
      default:
        await client.query("BEGIN");
        await upsertChunk(chunk + 1_000);
        await client.query("ROLLBACK");
        await upsertChunk(chunk);
    }
  }
}

/** Reads what it asked for and nothing else, and never part of a chunk. */
async function read(reader: number, rounds: number): Promise<void> {
  const client = await connectClient();
  for (let round = 0; round < rounds; round++) {
    expect(await one(client, "SELECT $1::text", [`${reader}:${round}`])).toBe(`${reader}:${round}`);
    const { rows } = await client.query(
      "SELECT writer, chunk, count(*)::int AS lines FROM chunk_rows GROUP BY writer, chunk",
    );
    expect(rows.filter((row) => row.lines !== rowsAChunk)).toEqual([]);
  }
}

async function writeAndReadAtOnce(): Promise<unknown> {
  const writers = Array.from({ length: 8 }, (_, writer) => write(writer, 12));
  const readers = Array.from({ length: 8 }, (_, reader) => read(reader, 20));
  await Promise.all([...writers, ...readers]);
  const { rows } = await (await connectClient()).query(
    "SELECT writer, count(*)::int AS lines, count(*) FILTER (WHERE note = writer || '/' || chunk || '/' || line || ' é漢🙂')::int AS whole FROM chunk_rows GROUP BY writer ORDER BY writer",
  );
  return rows;
}

describe("many clients at once", () => {
  const allRows = Array.from({ length: 8 }, (_, writer) => ({
    writer,
    lines: 12 * rowsAChunk,
    whole: 12 * rowsAChunk,
  }));

  test("eight writers and eight readers lose nothing and mix nothing", async () => {
    expect(await writeAndReadAtOnce()).toEqual(allRows);
  });

  test("the same load goes wrong when nobody waits for a turn", async () => {
    const neverForgets = { ...session, forget: async () => {} };
    await openGate({ session: neverForgets, turns: { take: async () => () => {} } });
    // A client may also wait for an answer that went to somebody else.
    const outcome = await Promise.race([
      writeAndReadAtOnce().catch((error: unknown) => error),
      new Promise((resolve) => setTimeout(resolve, 15_000, "stuck").unref()),
    ]);
    expect(outcome).not.toEqual(allRows);
    await gate.close();
    await session.rollBack();
  });

  test("turns are served in the order in which they were asked for", async () => {
    const order: number[] = [];
    const turns = createPostgresTurns();
    const endFirst = await turns.take();
    const waiting = [1, 2, 3].map(async (client) => {
      const end = await turns.take();
      order.push(client);
      end();
    });
    expect(order).toEqual([]);
    endFirst();
    await Promise.all(waiting);
    expect(order).toEqual([1, 2, 3]);
  });

  test("two hundred connections, one after the other", async () => {
    for (let index = 0; index < 200; index++) {
      const client = await connectClient();
      expect(await one(client, "SELECT $1::int", [index])).toBe(index);
      await client.end();
    }
  });
});

describe("transactions", () => {
  test("a client that is silent within one is rolled back, so that others go on", async () => {
    await openGate({ idleTimeoutMs: 150 });
    const silent = await connectClient();
    await silent.query("BEGIN");
    await silent.query("INSERT INTO notes VALUES (1, 'never committed')");
    const lost = new Promise<Error & { code?: string }>((resolve) => silent.once("error", resolve));
    const other = await connectClient();
    expect(await one(other, "SELECT count(*)::int FROM notes")).toBe(0);
    expect((await lost).code).toBe("25P03");
  });

  test("a client that is silent outside of one keeps its connection", async () => {
    await openGate({ idleTimeoutMs: 50 });
    const [idle, busy] = [await connectClient(), await connectClient()];
    await idle.query("SELECT 1");
    for (const end = Date.now() + 200; Date.now() < end; ) await busy.query("SELECT 1");
    expect(await one(idle, "SELECT 2")).toBe(2);
  });

  test("a disconnect within one rolls it back", async () => {
    const raw = await connectRaw(gate.url, startup);
    raw.send(encodeQuery("BEGIN; INSERT INTO notes VALUES (1, 'never committed')"));
    await raw.until("Z");
    const waiting = one(await connectClient(), "SELECT count(*)::int FROM notes");
    raw.socket.destroy();
    expect(await waiting).toBe(0);
  });

  test("half a pipeline is rolled back at a disconnect, also when a statement of it has run", async () => {
    const raw = await connectRaw(gate.url, startup);
    raw.send(parse("INSERT INTO notes VALUES (1, 'x')"), encodeBind(""), execute, flush);
    expect((await raw.until("C")).map((answer) => answer.type)).toEqual(["1", "2", "C"]);
    raw.socket.destroy();
    expect(await one(await connectClient(), "SELECT count(*)::int FROM notes")).toBe(0);
  });

  test("half a failed pipeline leaves the session usable", async () => {
    const raw = await connectRaw(gate.url, startup);
    raw.send(encodeQuery("BEGIN"), parse("SELEC"), flush);
    await raw.until("E");
    raw.socket.destroy();
    expect(await one(await connectClient(), "SELECT 3")).toBe(3);
  });

  test("an error within one aborts it until its end, and only it", async () => {
    const [failing, other] = [await connectClient(), await connectClient()];
    await failing.query("BEGIN");
    await failing.query("INSERT INTO notes VALUES (1, 'x')");
    await expect(failing.query("SELECT 1 / $1::int", [0])).rejects.toMatchObject({ code: "22012" });
    const count = one(other, "SELECT count(*)::int FROM notes");
    await expect(failing.query("SELECT 1")).rejects.toMatchObject({ code: "25P02" });
    await failing.query("ROLLBACK");
    expect(await count).toBe(0);
    expect(await one(failing, "SELECT 4")).toBe(4);
  });

  test("a commit of one client is what the next one sees", async () => {
    const [first, second] = [await connectClient(), await connectClient()];
    await first.query("BEGIN");
    await first.query("INSERT INTO notes VALUES (1, 'committed')");
    const seen = one(second, "SELECT note FROM notes");
    await first.query("COMMIT");
    expect(await seen).toBe("committed");
  });
});

describe("what one session behind all connections must not show", () => {
  test("named prepared statements are refused, and the connection goes on", async () => {
    const client = await connectClient();
    const named = client.query({ name: "mine", text: "SELECT 1" });
    await expect(named).rejects.toMatchObject({ code: "0A000" });
    expect(await one(client, "SELECT 5")).toBe(5);
  });

  test("a refused statement aborts its transaction like any error", async () => {
    const client = await connectClient();
    await client.query("BEGIN");
    await expect(client.query({ name: "mine", text: "SELECT 1" })).rejects.toMatchObject({
      code: "0A000",
    });
    await expect(client.query("SELECT 1")).rejects.toMatchObject({ code: "25P02" });
    await client.query("ROLLBACK");
  });

  test("settings and temporary tables do not reach the next connection", async () => {
    const [first, second] = [await connectClient(), await connectClient()];
    await first.query("SET search_path TO pg_catalog");
    await first.query("CREATE TEMP TABLE secrets (a int)");
    expect(await one(second, "SHOW search_path")).toBe("public");
    await expect(second.query("SELECT * FROM secrets")).rejects.toMatchObject({ code: "42P01" });
  });

  test("an unnamed statement is not executed for another connection", async () => {
    const [first, second] = [
      await connectRaw(gate.url, startup),
      await connectRaw(gate.url, startup),
    ];
    first.send(parse("SELECT 'first'"), encodeSync());
    await first.until("Z");
    second.send(encodeBind(""), execute, encodeSync());
    const answers = await second.until("Z");
    expect(answers.map((answer) => answer.type)).toEqual(["E", "Z"]);
    expect(answers[0]?.body).toContain("C26000");
    first.socket.destroy();
    second.socket.destroy();
  });
});

describe("messages", () => {
  test("a URL of 2,000 characters and Unicode come back as they went in", async () => {
    const client = await connectClient();
    const url = `https://example.com/${"ä漢🙂/".repeat(500)}`.slice(0, 2_000);
    const note = "الصفحة ½ \u{1F469}\u200D\u{1F680} \\ ' \" \n\t";
    await client.query("INSERT INTO notes VALUES (1, $1), (2, $2)", [url, note]);
    const { rows } = await client.query("SELECT note FROM notes ORDER BY id");
    expect(rows.map((row) => row.note)).toEqual([url, note]);
  });

  test("a result of 60 MB arrives whole while others work", async () => {
    const [large, small] = [await connectClient(), await connectClient()];
    const result = large.query(
      "SELECT g AS id, repeat(chr(97 + g % 26), 1000) AS note FROM generate_series(1, 60000) g",
    );
    for (let index = 0; index < 20; index++) await small.query("SELECT 1");
    const { rows } = await result;
    expect(rows.length).toBe(60_000);
    expect(
      rows.every(
        (row, i) =>
          row.id === i + 1 && row.note === String.fromCharCode(97 + (row.id % 26)).repeat(1000),
      ),
    ).toBe(true);
  });

  test("a statement of 20 MB arrives whole", async () => {
    const client = await connectClient();
    expect(await one(client, "SELECT length($1::text)", ["x".repeat(20_000_000)])).toBe(20_000_000);
  });

  test("a client that does not read its answers holds nobody up", async () => {
    const deaf = await connectRaw(gate.url, startup);
    deaf.socket.pause();
    deaf.send(encodeQuery("SELECT repeat('x', 1000) FROM generate_series(1, 20000)"));
    const other = await connectClient();
    expect(await one(other, "SELECT 6")).toBe(6);
    deaf.socket.destroy();
  });

  test("messages cut into single bytes are put together", async () => {
    const raw = await connectRaw(gate.url, startup);
    raw.socket.setNoDelay(true);
    for (const byte of encodeQuery("SELECT 'byte by byte'")) {
      raw.send(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    expect((await raw.until("Z")).map((answer) => answer.body).join()).toContain("byte by byte");
    raw.socket.destroy();
  });

  test("several queries sent at once are answered in order", async () => {
    const raw = await connectRaw(gate.url, startup);
    raw.send(
      encodeQuery("SELECT 'a'"),
      encodeQuery("SELECT 'b'"),
      encodeQuery("SELECT pg_catalog.txid_current() > 0, 'c'"),
    );
    const bodies: string[] = [];
    while (bodies.length < 3) {
      const answers = await raw.until("Z");
      bodies.push(
        ...answers.filter((answer) => answer.type === "D").map((answer) => answer.body.slice(-1)),
      );
    }
    expect(bodies).toEqual(["a", "b", "c"]);
    raw.socket.destroy();
  });

  test("COPY TO works, COPY FROM STDIN is refused, and the database lives on", async () => {
    const client = await connectClient();
    await expect(client.query("COPY notes FROM STDIN")).rejects.toMatchObject({ code: "57014" });
    expect(await one(client, "SELECT 7")).toBe(7);
    const raw = await connectRaw(gate.url, startup);
    raw.send(parse("COPY notes FROM STDIN"), encodeBind(""), execute, encodeSync());
    expect((await raw.until("Z")).map((answer) => answer.type)).toEqual(["1", "2", "G", "E", "Z"]);
    raw.send(copyRow, copyDone, encodeQuery("COPY (SELECT 'out') TO STDOUT"));
    expect((await raw.until("Z")).map((answer) => answer.type)).toEqual(["H", "d", "c", "C", "Z"]);
    expect(await one(client, "SELECT count(*)::int FROM notes")).toBe(0);
    raw.socket.destroy();
  });

  test.each([
    ["an unknown type", Buffer.from("y\0\0\0\x04", "latin1")],
    ["a length below its own size", Buffer.from("Q\0\0\0\x01", "latin1")],
    ["a length of two gigabytes", Buffer.from("Q\x7f\xff\xff\xff", "latin1")],
  ])("%s closes the connection, within a transaction too", async (_, garbage) => {
    const raw = await connectRaw(gate.url, startup);
    raw.send(encodeQuery("BEGIN; INSERT INTO notes VALUES (1, 'x')"));
    await raw.until("Z");
    raw.send(garbage);
    expect((await raw.closed()).map((answer) => answer.body).join()).toContain("C08P01");
    expect(await one(await connectClient(), "SELECT count(*)::int FROM notes")).toBe(0);
  });

  test("encryption is declined, and the session follows on the same connection", async () => {
    const client = new pg.Client({
      connectionString: gate.url,
      ssl: { rejectUnauthorized: false },
    });
    await expect(client.connect()).rejects.toThrow("does not support SSL");
    const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
    const raw = await connectRaw(gate.url, sslRequest);
    await new Promise<void>((resolve) => raw.socket.once("readable", () => resolve()));
    raw.socket.destroy();
  });

  test("closing the gate ends clients and leaves nothing half done", async () => {
    const client = await connectClient();
    await client.query("BEGIN");
    await client.query("INSERT INTO notes VALUES (1, 'never committed')");
    const ended = new Promise((resolve) => client.once("end", resolve));
    await openGate({});
    await ended;
    expect(await one(await connectClient(), "SELECT count(*)::int FROM notes")).toBe(0);
  });
});

const empty = encodeSync();
const execute = Buffer.concat([Buffer.from("E\0\0\0\x09\0", "latin1"), Buffer.alloc(4)]);
const flush = Buffer.concat([Buffer.from("H"), empty.subarray(1)]);
const copyDone = Buffer.concat([Buffer.from("c"), empty.subarray(1)]);
const copyRow = Buffer.concat([Buffer.from("d"), encodeQuery("1\tx\n").subarray(1)]);

function parse(sql: string): Buffer {
  const body = Buffer.concat([Buffer.from(`\0${sql}\0`), Buffer.alloc(2)]);
  const head = Buffer.from("P\0\0\0\0", "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
