import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

export type RealPostgres = { readonly url: string; stop(): Promise<void> };

/** Where this machine keeps Postgres's server programs; undefined when there are none. */
export function realPostgresFolder(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  const folders = [
    ...(process.env.PATH ?? "").split(delimiter),
    ...versions
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(debian, version, "bin")),
  ];
  return folders.find((folder) => ["initdb", "postgres"].every((f) => existsSync(join(folder, f))));
}

/** Starts an empty Postgres on a free loopback port; it ends with this process, however that ends. */
export async function startRealPostgres(folder: string): Promise<RealPostgres> {
  const owner = postgresOwner();
  const home = await mkdtemp(join(tmpdir(), "gsc-sync-postgres-"));
  if (owner !== undefined) await chown(home, owner.uid, owner.gid);
  await chmod(home, 0o700);
  const files = join(home, "cluster");
  execFileSync(
    join(folder, "initdb"),
    ["-D", files, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    { ...owner, cwd: home, stdio: "ignore" },
  );
  const port = await freePort();
  const settings = [
    `port=${port}`,
    "listen_addresses=127.0.0.1",
    `unix_socket_directories=${home}`,
    "fsync=off",
    "max_connections=40",
  ];
  // The shell waits for the end of its input, which comes when this process ends, even by kill -9.
  const script = `"$0" "$@" & server=$!; cat >/dev/null; kill -INT $server; wait $server`;
  const options = settings.flatMap((setting) => ["-c", setting]);
  const child = spawn("sh", ["-c", script, join(folder, "postgres"), "-D", files, ...options], {
    ...owner,
    cwd: home,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = once(child, "exit");
  const stop = async () => {
    child.stdin.end();
    await ended;
    await rm(home, { recursive: true, force: true });
  };
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  try {
    await untilItAnswers(url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

/** The same, with session settings of a role that nobody expects. */
export async function startOddPostgres(folder: string): Promise<RealPostgres> {
  const server = await startRealPostgres(folder);
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  for (const [name, value] of [
    ["datestyle", "German, DMY"],
    ["timezone", "Asia/Kolkata"],
    ["extra_float_digits", "-3"],
    ["intervalstyle", "sql_standard"],
    ["bytea_output", "escape"],
    ["default_transaction_isolation", "serializable"],
  ]) {
    await client.query(`ALTER ROLE postgres SET ${name} = '${value}'`);
  }
  await client.end();
  return server;
}

/** Postgres refuses to run as root: then its package's own user runs it. */
function postgresOwner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function untilItAnswers(url: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await sleep(100);
    }
  }
}
