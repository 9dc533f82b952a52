import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { acquireForPurge, acquireLock } from "../../shared/ledger/property-lock.ts";
import { unitFolderOf } from "../../shared/rows/lake/lake-layout.ts";
import { unitMetadataKey } from "../../shared/rows/lake/unit-metadata.ts";
import { linePattern, readRefusalTable } from "../support/documents/refusal-table.ts";
import {
  type GatedSearchConsole,
  startGatedSearchConsole,
} from "../support/fakes/gated-search-console.ts";
import { aHome, type Finished, type TestHome } from "../support/homes/cli.ts";
import { aKeptHome } from "../support/homes/kept-home.ts";
import { pacific } from "../support/samples/pacific.ts";
import {
  startTokenServer,
  type TokenServer,
  writeJson,
  writeSignIn,
} from "../support/servers/token-server.ts";
import { startWebServer } from "../support/servers/web-server.ts";
import { openLedgerOf } from "../support/stores/open-ledger-of.ts";
import { waitUntil } from "../support/wait-until.ts";

const site = ["--site-url", "sc-domain:example.com"];
/** What an empty home takes, and some rows. Only root may mount such a disk. */
const diskMiB = 8;
const folder = mkdtempSync(join(tmpdir(), "gsc-sync-refusals-"));
const disk = join(folder, "disk");
const hasSmallDisk = mountSmallDisk();

let server: GatedSearchConsole;
let tokens: TokenServer;
/** Its servers run; the commands of most rows attach. */
let home: TestHome;

type Case = () => Promise<Finished> | Finished;

const backfill = (siteUrl: string, ...more: readonly string[]) =>
  home.run("backfill", "--site-url", siteUrl, "--days", "2", ...more);

const rolloutOf = (siteUrl: string) => [
  ...["rollout", "--site-url", siteUrl, "--days", "2"],
  ...["--output", join(folder, "rollout.md")],
];
const rollout = (siteUrl: string) => home.run(...rolloutOf(siteUrl));

const typed = (...args: readonly string[]): Case => {
  return () => inANewHome({}, args);
};

/** What was typed is refused before anything is made. */
async function inANewHome(
  variables: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<Finished> {
  const fresh = await aHome({ GSC_API_ROOT_URL: server.url, ...variables });
  try {
    const finished = await fresh.run(...args);
    expect(existsSync(fresh.folder)).toBe(false);
    return finished;
  } finally {
    await fresh.remove();
  }
}

/** A backfill of a report as the configuration has it now. */
async function mine(shape: object): Promise<Finished> {
  const config = writeJson(folder, "config", { reports: [{ id: "mine", ...shape }] });
  const variables = { GSC_API_ROOT_URL: server.url, GSC_SYNC_CONFIG: config };
  const configured = await aHome(variables, home.folder);
  try {
    return await configured.run("backfill", ...site, "--days", "1", "--report", "mine");
  } finally {
    await configured.remove();
  }
}

/** A command in a home that is no good. */
async function inTheHome(path: string, ...args: readonly string[]): Promise<Finished> {
  const other = await aHome({ GSC_API_ROOT_URL: server.url }, path);
  try {
    return await other.run(...args);
  } finally {
    await other.remove();
  }
}

const cases: Readonly<Record<string, Case>> = {
  "an unknown command": typed("frobnicate"),
  "an unknown option": typed("backfill", ...site, "--days", "3", "--fast"),
  "no property": typed("backfill", "--days", "3"),
  "a property that is none": typed("backfill", "--site-url", "example.com", "--days", "3"),
  "a property that is almost one": typed("sync", "--site-url", "https://example.com./#top"),
  "no days": typed("backfill", ...site),
  "days and dates": typed("backfill", ...site, "--days", "3", "--from", "2026-09-01"),
  "a number that is none": typed("backfill", ...site, "--days", "three"),
  "a date that is none": typed("backfill", ...site, "--from", "2026-02-30", "--to", "2026-03-01"),
  "a range backwards": typed("backfill", ...site, "--from", "2026-09-02", "--to", "2026-09-01"),
  "a day in the future": typed("backfill", ...site, "--from", "2026-09-02", "--to", "2099-01-01"),
  "a day beyond 16 months": typed(
    ...["backfill", ...site, "--from", "2019-01-01", "--to", "2019-01-02"],
  ),
  "an unknown report": typed("backfill", ...site, "--days", "3", "--report", "nope"),
  "a report that Google would refuse": () =>
    mine({ searchType: "discover", dimensions: ["query"] }),
  "a report that was changed under its id": async () => {
    await mine({ dimensions: ["page", "query"] });
    return mine({ dimensions: ["query"] });
  },
  "too many workers": typed("backfill", ...site, "--days", "3", "--concurrency", "6"),
  "more quota than Google gives": typed("backfill", ...site, "--days", "3", "--qpm", "5000"),
  "an account id that is none": typed(
    "backfill",
    ...site,
    "--days",
    "3",
    "--account-id",
    "__proto__",
  ),
  "an argument with a newline and an escape sequence": () => home.run("halt", "a\nb\u001b[31m"),
  "a database that is none": () =>
    inANewHome({ GSC_SYNC_POSTGRES_URL: "mysql://root:secret@db/rows" }, ["sync", ...site]),
  "an unknown stage": typed("status", "--stage", "production"),
  "an unknown run": () => home.run("halt", "nope"),
  "a root URL that is none": () => inANewHome({ GSC_API_ROOT_URL: "nonsense" }, ["sync", ...site]),
  "a root URL that would carry a token readably": () =>
    inANewHome({ GSC_API_ROOT_URL: "http://example.com/" }, ["sync", ...site]),
  "a proxy that is none": () =>
    inANewHome({ HTTPS_PROXY: "proxy.example:3128" }, ["sync", ...site]),
  "several faults in one registration": typed(
    ...["properties", "add", ...site, "--report", "nope", "--qpm", "5000"],
    ...["--credentials", join(folder, "none.json")],
  ),
  "an OAuth client for a credential file": () => {
    const client = writeJson(folder, "client", { installed: { client_secret: "x" } });
    return inANewHome({}, ["properties", "add", ...site, "--credentials", client]);
  },
  "a credential file of no known kind": () => {
    const odd = writeJson(folder, "odd", { type: "api_key" });
    return inANewHome({}, ["properties", "add", ...site, "--credentials", odd]);
  },
  "credentials that would be another account's": async () => {
    const site = "sc-domain:others.example";
    await home.run("properties", "add", site, "--account-id", "blog");
    const file = writeSignIn(folder, "mine", tokens.url);
    return home.run("properties", "add", site, "--credentials", file);
  },
  "a property that is not registered": () =>
    home.run("properties", "pause", "sc-domain:nobody.example"),
  "a row store that no home has": () => inANewHome({ GSC_SYNC_ROW_STORE: "dsql" }, ["status"]),
  "a Postgres that is not named": () => inANewHome({ GSC_SYNC_ROW_STORE: "postgres" }, ["status"]),
  "two places for the rows": () =>
    inANewHome(
      { GSC_SYNC_ROW_STORE: "dynamodb", GSC_SYNC_POSTGRES_URL: "postgres://127.0.0.1:1/rows" },
      ["status"],
    ),
  "SQL where there is none": () =>
    inANewHome({ GSC_SYNC_ROW_STORE: "dynamodb" }, ["sql", "select 1"]),
  "a removal that nobody confirms": typed("properties", "remove", ...site),
  "a purge of rows that nobody confirms": typed("purge", ...site),
  "a purge of a report that is neither configured nor stored": () =>
    home.run("purge", ...site, "--report", "nope", "--yes"),
  "a drill that nobody confirms": typed("drill", "coordinator-fault"),
  "a drill on a stage that reads Google": typed(
    ...["drill", "coordinator-fault", "--stage", "dev", "--yes"],
  ),
  "a drill on prod by accident": typed(
    ...[
      "drill",
      "coordinator-fault",
      "--stage",
      "prod",
      "--yes",
      "--sample-server",
      "http://127.0.0.1:1",
    ],
  ),
  "a phase that is none": typed("gate", "--phase", "D"),
  "a time that is none": typed("gate", "--phase", "B", "--window", "2"),
  "a purge that nobody confirms": typed("dlq", "purge"),
  "a dead letter that is none": () => home.run("dlq", "redrive", "nope"),
  "no command for the events": typed("backfill", ...site, "--days", "3", "--on-complete", " "),
  "a sync of a paused property": async () => {
    await home.run("properties", "add", "sc-domain:paused.example");
    await home.run("properties", "pause", "sc-domain:paused.example");
    return home.run("sync", "--site-url", "sc-domain:paused.example");
  },
  "a rollout's report that is no Markdown": typed("rollout", ...site, "--output", "report.txt"),
  "a sign-in with a file that is no OAuth client": () => {
    const odd = writeJson(folder, "odd", { type: "api_key" });
    return inANewHome({}, ["login", "--client", odd]);
  },
  "a command that no stage has": typed("demo", "--stage", "dev"),
  "credentials in a file, for a stage": typed(
    ...["properties", "add", ...site, "--credentials", "key.json", "--stage", "dev"],
  ),
  "a run of a home that nobody would follow": typed("backfill", ...site, "--days", "3", "--detach"),

  "no server": () => elsewhere("http://127.0.0.1:2"),
  "a server that never answers": () => againstSocket(() => {}),
  "a web server": async () => {
    const web = await startWebServer((response) => response.end("<html>hello</html>"));
    return elsewhere(web.url).finally(() => web.stop());
  },
  "a server that knows nothing of it": async () => {
    const web = await startWebServer((response) => {
      response.writeHead(404).end("404 page not found");
    });
    return elsewhere(web.url).finally(() => web.stop());
  },
  "a server of another protocol": () =>
    againstSocket((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n")),
  "a forbidden property": () => backfill("sc-domain:forbidden.example"),
  "an unknown property": () => backfill("sc-domain:unknown.example"),
  "an expired or revoked sign-in": () => {
    tokens.refuse("1//expired");
    return withCredentials("expired", writeSignIn(folder, "expired", tokens.url));
  },
  "a token that Google does not take, nor the next one": () =>
    withCredentials("untrusted", writeSignIn(folder, "untrusted", tokens.url)),
  "a credential file that has gone": () => {
    const file = writeSignIn(folder, "gone", tokens.url);
    return withCredentials("gone", file, () => rmSync(file));
  },
  "a variable that names no credential file": async () => {
    const named = ["--account-id", "unset", "--credentials-variable", "GSC_SYNC_TEST_UNSET"];
    await home.run("properties", "add", "sc-domain:unset.example", ...named);
    return backfill("sc-domain:unset.example", "--account-id", "unset");
  },
  "a rollout of a forbidden property": () => rollout("sc-domain:forbidden.example"),
  "a rollout beside another": async () => {
    const first = home.start(...rolloutOf("sc-domain:first.example"));
    await waitUntil("it has the lever", () => first.stderr().includes("ok      lever"));
    const second = await rollout("sc-domain:second.example");
    first.child.kill("SIGINT");
    await first.finished;
    return second;
  },

  "a purge beside a run": async () => {
    const siteUrl = "sc-domain:purged.example";
    await (await openLedgerOf(home)).changeLock(siteUrl, (lock) => {
      const run = { from: pacific("2026-01-01"), to: pacific("2026-01-02"), keepAutoSync: true };
      const nowMs = Date.now();
      return acquireLock(lock, { ...run, runId: "night-1" }, nowMs + 60_000, nowMs);
    });
    return home.run("purge", siteUrl, "--yes");
  },
  "a run beside a purge": async () => {
    const siteUrl = "sc-domain:purging.example";
    await (await openLedgerOf(home)).changeLock(siteUrl, (lock) =>
      acquireForPurge(lock, Date.now()),
    );
    return backfill(siteUrl);
  },
  "a stage, and no AWS credentials": () => inANewHome(inAws, ["status", "--stage", "dev"]),
  "a stage, and no way to AWS": () =>
    inANewHome({ ...inAws, AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" }, [
      ...["--stage", "dev", "status"],
    ]),

  "a home where nothing can be made": () => inTheHome("/proc/home", "status"),
  "a home that is a file": () => {
    writeFileSync(join(folder, "file"), "");
    return inTheHome(join(folder, "file"), "status");
  },
  "somebody else's folder": () => {
    mkdirSync(join(folder, "foreign"));
    writeFileSync(join(folder, "foreign/diary.txt"), "dear diary");
    return inTheHome(join(folder, "foreign"), "status");
  },
  "a home of a newer gsc-sync": () => {
    mkdirSync(join(folder, "newer"));
    writeFileSync(join(folder, "newer/home.json"), '{"format": 99}');
    return inTheHome(join(folder, "newer"), "status");
  },
  "rows of a newer schema": async () => {
    const { json } = await home.run("resources", "--json");
    const date = pacific("2026-09-01");
    const unit = { siteUrl: "sc-domain:example.com", report: "page_query", date };
    const day = join(String(json.lakePath), unitFolderOf(unit));
    const kvMetadata = [{ key: unitMetadataKey, value: JSON.stringify({ format: 2 }) }];
    mkdirSync(day, { recursive: true });
    const column = { name: "later", type: "INT32" as const, data: [1] };
    const bytes = parquetWriteBuffer({ columnData: [column], kvMetadata });
    writeFileSync(join(day, "unit.parquet"), Buffer.from(bytes));
    try {
      return await home.run("units", ...site, "--from", "2026-09-01", "--to", "2026-09-02");
    } finally {
      rmSync(day, { recursive: true });
    }
  },
  "a disk that is full at the start": async () => {
    fillDisk();
    return inTheHome(join(disk, "home"), "status").finally(() => rmSync(join(disk, "fill")));
  },
  "a disk that fills during a run": () =>
    inTheHome(join(disk, "home"), "backfill", ...site, "--days", "60"),
};

/** A shell that is signed in nowhere, and AWS where nobody listens. */
const inAws = {
  AWS_REGION: "us-east-1",
  AWS_ENDPOINT_URL: "http://127.0.0.1:1",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_ACCESS_KEY_ID: "",
  AWS_SECRET_ACCESS_KEY: "",
  HOME: folder,
};

function mountSmallDisk(): boolean {
  mkdirSync(disk);
  const { status } = spawnSync("mount", [
    ...["-t", "tmpfs", "-o", `size=${diskMiB}m`, "tmpfs"],
    disk,
  ]);
  return status === 0;
}

function fillDisk(): void {
  try {
    writeFileSync(join(disk, "fill"), Buffer.alloc((diskMiB + 1) * 1024 * 1024));
  } catch {
    // It is full: as it should be.
  }
}

describe("docs/refusals.md", () => {
  beforeAll(async () => {
    tokens = await startTokenServer();
    server = await startGatedSearchConsole({
      // Enough for the small disk to fill.
      rows: 20_000,
      gate({ siteUrl, token }) {
        if (token.includes("untrusted")) return { status: 401, reason: "authError" };
        if (siteUrl.includes("forbidden")) return { status: 403, reason: "forbidden" };
        if (siteUrl.includes("unknown")) return { status: 404, reason: "notFound" };
        return undefined;
      },
    });
    home = await aKeptHome({ GSC_API_ROOT_URL: server.url });
  });
  afterAll(async () => {
    await home.remove();
    await server.stop();
    await tokens.stop();
    if (hasSmallDisk) spawnSync("umount", [disk]);
    rmSync(folder, { recursive: true });
  });

  const rows = readRefusalTable();

  test("has a row for each case, and a case for each row", () => {
    expect(rows.map(({ what }) => what)).toEqual(Object.keys(cases));
  });

  test.for(rows)("$what", async ({ what, line, exitCode }, { skip }) => {
    if (what.startsWith("a disk") && !hasSmallDisk) skip("no small disk can be mounted here");
    const { code, stdout, stderr } = (await cases[what]?.()) ?? {
      code: null,
      stdout: "",
      stderr: "",
    };
    expect(`${stderr}${stdout}`).toMatch(linePattern(line));
    expect(code).toBe(exitCode);
    if (exitCode === 2) {
      expect(stdout).toBe("");
      expect(stderr).toMatch(/^gsc-sync: [^\n]+\n$/);
    }
  });
});

function elsewhere(rootUrl: string): Promise<Finished> {
  return inANewHome({ GSC_API_ROOT_URL: rootUrl }, ["backfill", ...site, "--days", "3"]);
}

async function againstSocket(
  answer: Parameters<typeof createServer>[1] & object,
): Promise<Finished> {
  const startedAtMs = performance.now();
  const odd: Server = createServer((socket) => {
    socket.on("error", () => {});
    answer(socket);
  });
  await new Promise<void>((listening) => odd.listen(0, "127.0.0.1", listening));
  const address = odd.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  try {
    const finished = await elsewhere(`http://127.0.0.1:${port}`);
    // A request by itself would be waited for for a minute.
    expect(performance.now() - startedAtMs).toBeLessThan(40_000);
    return finished;
  } finally {
    odd.close();
  }
}

async function withCredentials(
  accountId: string,
  file: string,
  then: () => void = () => {},
): Promise<Finished> {
  const siteUrl = `sc-domain:${accountId}.example`;
  await home.run("properties", "add", siteUrl, "--account-id", accountId, "--credentials", file);
  then();
  return backfill(siteUrl, "--account-id", accountId);
}
