import { fork } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import {
  EmbeddedProcessError,
  startEmbeddedProcess,
} from "../../../local/processes/embedded-process.ts";
import { comesTrue, isAlive } from "../../support/homes/process-life.ts";

const probe = new URL("../../support/servers/embedded-probe.ts", import.meta.url);

function start(settings: unknown, startTimeoutMs = 30_000) {
  return startEmbeddedProcess({ title: "the probe", module: probe, settings, startTimeoutMs });
}

test("a child says its URL and ends when told to", async () => {
  const child = await start({ behaviour: "serve" });
  expect(child.url).toBe("probe://serving");
  await Promise.all([child.stop(), child.stop()]);
  expect(await child.ended).toMatchObject({ exitCode: 0, signal: null });
  expect(isAlive(child.pid)).toBe(false);
});

test("signals do not end a child, being told to does", async () => {
  const child = await start({ behaviour: "serve" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.kill(child.pid, signal);
  expect(isAlive(child.pid)).toBe(true);
  await child.stop();
  expect(await child.ended).toMatchObject({ exitCode: 0, signal: null });
  expect((await child.ended).lastLines).toEqual(["closed"]);
});

test("a child that fails to start is reported in one line, with its last word", async () => {
  const failure = await start({ behaviour: "throw" }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(EmbeddedProcessError);
  expect(String(failure)).toContain("the probe did not start: it ended with exit code 1");
  expect(String(failure)).toMatch(/: Error: no luck today$/);
  expect(String(failure)).not.toContain("\n");
});

test("a child that refuses is reported with its reason alone", async () => {
  await expect(start({ behaviour: "refuse" })).rejects.toThrow(
    /^the probe did not start: the disk is on strike$/,
  );
});

test("a child that never serves is killed", async () => {
  await expect(start({ behaviour: "hang" }, 1_500)).rejects.toThrow("not ready after 1.5 s");
});

test("the owner is told when a serving child crashes", async () => {
  const child = await start({ behaviour: "serve" });
  process.kill(child.pid, "SIGKILL");
  expect(await child.ended).toMatchObject({ exitCode: null, signal: "SIGKILL" });
  await child.stop();
});

test.each([
  ["the servers", "own-embedded-servers.ts"],
  ["a child that is busy for good", "own-embedded-probe.ts"],
])("SIGKILL of the parent ends %s", async (_, ownerFile) => {
  const owner = fork(new URL(`../../support/servers/${ownerFile}`, import.meta.url), [], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: [],
  });
  const [message] = await once(owner, "message");
  const pids = z.array(z.int()).min(1).parse(message);
  onTestFinished(() => {
    for (const pid of pids.filter(isAlive)) process.kill(pid, "SIGKILL");
  });
  expect(pids.every(isAlive)).toBe(true);
  owner.kill("SIGKILL");
  expect(await comesTrue(() => !pids.some(isAlive), 20_000)).toBe(true);
});

test("a child that is busy for good is killed when it does not stop", async () => {
  const child = await start({ behaviour: "busy" });
  await child.stop();
  expect(await child.ended).toMatchObject({ exitCode: null, signal: "SIGKILL" });
});
