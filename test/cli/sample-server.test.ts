import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { sampleServerCommand } from "../../cli/commands/sample-server.ts";
import { UsageError } from "../../cli/output/errors.ts";

const program = fileURLToPath(new URL("../support/servers/run-sample-server.ts", import.meta.url));
const StartSchema = z.object({ url: z.url(), properties: z.array(z.string()), seed: z.number() });

async function startServer(stdio: "pipe" | "ipc" = "pipe", ...more: readonly string[]) {
  const child = spawn(process.execPath, [program, "--json", "--seed", "5", ...more], {
    stdio: stdio === "ipc" ? ["ignore", "pipe", "ignore", "ipc"] : ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  if (child.stdout === null) throw new Error("no stdout");
  const [line] = await once(child.stdout, "data");
  return { child, start: StartSchema.parse(JSON.parse(String(line))) };
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, "exit");
  return code;
}

describe("gsc-sync sample-server", () => {
  test("says where it is, answers, and ends well at a signal", async () => {
    const { child, start } = await startServer();
    expect(start.seed).toBe(5);
    expect(start.properties).toContain("sc-domain:sample.example");
    expect((await fetch(`${start.url}/sample/properties`)).status).toBe(200);
    const exited = exitCode(child);
    child.kill("SIGTERM");
    expect(await exited).toBe(0);
    await expect(fetch(`${start.url}/sample/properties`)).rejects.toThrow();
  });

  test("ends when its parent's channel closes", async () => {
    const { child } = await startServer("ipc");
    const exited = exitCode(child);
    child.disconnect();
    expect(await exited).toBe(0);
  });

  test("starts with the faults and tokens that it is given", async () => {
    const small = "https://small.example/";
    const flags = ["--fault", "503", "--fault", "429:.5", "--token", `reader=${small}`];
    const { start } = await startServer("pipe", ...flags);
    const sites = `${start.url}/webmasters/v3/sites`;
    expect((await fetch(sites)).status).toBe(401);
    const headers = { authorization: "Bearer reader" };
    expect(await (await fetch(sites, { headers })).json()).toEqual({
      siteEntry: [{ siteUrl: small, permissionLevel: "siteFullUser" }],
    });
    const query = `${sites}/${encodeURIComponent(small)}/searchAnalytics/query`;
    const asked = await fetch(query, { method: "POST", headers, body: "{}" });
    expect(asked.status).toBe(503);
  });

  test("prints what a running one knows: truth and seen", async () => {
    const { start } = await startServer();
    const ask = async (...argv: string[]) => {
      const child = spawn(process.execPath, [program, ...argv], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      return JSON.parse(await text(child.stdout));
    };
    const where = ["--url", start.url];
    const day = ["--site-url", "sc-domain:large.example", "--date", "2026-05-08"];
    expect(await ask("truth", ...where, ...day)).toMatchObject({ rowCount: 1, capped: false });
    expect(await ask("seen", ...where)).toMatchObject({ requests: 0, refusals: 0, list: [] });
  });

  test.each([
    ["--port", "70000"],
    ["--port", "x"],
    ["--seed", "-1"],
    ["--latency-ms", "1.5"],
    ["--qpm", "0"],
    ["--fault", "plague:0.1"],
    ["--fault", "503:2"],
    ["--fault", "503:0.1:0.2"],
    ["--token", "=sc-domain:sample.example"],
  ])("%s %s is a usage error, and nothing starts", async (flag, value) => {
    const run = sampleServerCommand().parseAsync(["node", "sample-server", flag, value]);
    await expect(run).rejects.toBeInstanceOf(UsageError);
  });

  test("a server that is not there is an error of one line", async () => {
    const run = sampleServerCommand().parseAsync([
      "node",
      "x",
      "seen",
      "--url",
      "http://127.0.0.1:9",
    ]);
    await expect(run).rejects.toThrow("no sample server answers at http://127.0.0.1:9/");
  });
});
