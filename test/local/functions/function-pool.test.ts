import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  type FunctionPoolOptions,
  startFunctionPool,
} from "../../../local/functions/function-pool.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { isAlive, waitUntil } from "../../support/wait-until.ts";

const functions = join(import.meta.dirname, "../../support/homes/functions");

function pool(options: Partial<FunctionPoolOptions> = {}) {
  const logFile = join(temporaryFolder(), "toy.log");
  const started = startFunctionPool({
    functionName: "toy",
    modulePath: join(functions, "toy.ts"),
    environment: { TOY: "yes" },
    logFile,
    timeoutMs: 20_000,
    limit: () => 2,
    ...options,
  });
  onTestFinished(() => started.close());
  return { ...started, logFile };
}

describe("a function pool", () => {
  test("gives the handler its event and a Lambda context, and reuses the process", async () => {
    const { invoke, pids } = pool();
    const first = await invoke({ value: "ä" });
    const second = await invoke({ value: [1, null] });
    expect(first).toMatchObject({
      kind: "ok",
      payload: { value: "ä", invocations: 1, functionName: "toy" },
    });
    expect(second).toMatchObject({ kind: "ok", payload: { value: [1, null], invocations: 2 } });
    expect(first).not.toEqual(second);
    expect(pids()).toHaveLength(1);
    expect(first).toHaveProperty("payload.awsRequestId", expect.stringMatching(/^[0-9a-f-]{36}$/));
    expect(first).toHaveProperty("payload.remainingMs", expect.closeTo(20_000, -4));
  });

  test("tells what a handler prints, its last line before it is killed too, and logs it", async () => {
    const lines: string[] = [];
    const { invoke, close, logFile } = pool({ onOutput: (line) => lines.push(line) });
    await invoke({ do: "print", value: "first" });
    await invoke({ do: "print-and-die", value: "last" });
    await waitUntil("the last line", () => lines.length === 2);
    await close();
    expect(lines).toEqual(['"first"', '"last"']);
    const logged = readFileSync(logFile, "utf8").split("\n");
    expect(logged.filter((line) => line.startsWith('"'))).toEqual(lines);
  });

  test("gives the process its environment and nothing of ours", async () => {
    const { invoke } = pool();
    const result = await invoke({ do: "environment" });
    expect(result).toHaveProperty("payload.TOY", "yes");
    expect(result).not.toHaveProperty("payload.PATH");
  });

  test("turns a throw into Lambda's error object, logs it, and keeps the process", async () => {
    const { invoke, pids, logFile } = pool();
    const result = await invoke({ do: "throw" });
    const before = pids();
    expect(result).toMatchObject({
      kind: "error",
      error: { errorType: "TypeError", errorMessage: "the toy was told to throw" },
    });
    expect(await invoke({})).toHaveProperty("payload.invocations", 2);
    expect(pids()).toEqual(before);
    expect(readFileSync(logFile, "utf8")).toContain("the toy was told to throw");
  });

  test("fails the invocation of a process that dies, and replaces it", async () => {
    const { invoke, pids, logFile } = pool();
    await invoke({});
    const [dead] = pids();
    const result = await invoke({ do: "exit" });
    expect(result).toMatchObject({
      kind: "error",
      error: {
        errorType: "Runtime.ExitError",
        errorMessage: "Error: Runtime exited with error: exit status 3",
      },
    });
    expect(await invoke({})).toMatchObject({ kind: "ok", payload: { invocations: 1 } });
    expect(pids()).not.toContain(dead);
    expect(readFileSync(logFile, "utf8")).toContain("Runtime.ExitError");
  });

  test("kills a process that takes too long", async () => {
    const { invoke, pids } = pool({ timeoutMs: 1_500 });
    const result = invoke({ do: "spin" });
    const pid = await waitUntil("a process", () => pids()[0]);
    expect(await result).toMatchObject({
      kind: "error",
      error: {
        errorType: "Sandbox.Timedout",
        errorMessage: expect.stringContaining("timed out after 1.50 seconds"),
      },
    });
    expect(isAlive(pid)).toBe(false);
  });

  test("reports a module that cannot be loaded, each time it is called", async () => {
    const { invoke } = pool({ modulePath: join(functions, "broken.ts") });
    const failure = { error: { errorType: "Error", errorMessage: "this module cannot be loaded" } };
    expect(await invoke({})).toMatchObject(failure);
    expect(await invoke({})).toMatchObject(failure);
  });

  test("runs no more processes than the limit; the rest wait their turn", async () => {
    const { invoke, pids } = pool();
    const results = await Promise.all([1, 2, 3, 4, 5].map((value) => invoke({ value, ms: 50 })));
    expect(results.map((result) => result.kind)).toEqual(Array(5).fill("ok"));
    expect(pids()).toHaveLength(2);
  });

  test("ends processes that a lowered limit has no place for", async () => {
    let limit = 2;
    const { invoke, pids } = pool({ limit: () => limit });
    const both = [invoke({ ms: 100 }), invoke({ ms: 100 })];
    const before = pids();
    expect(before).toHaveLength(2);
    limit = 1;
    await Promise.all(both);
    expect(pids()).toHaveLength(1);
    await waitUntil("one process less", () => before.filter(isAlive).length === 1);
  });

  test("close waits for what is under way, kills what takes longer, leaves no process", async () => {
    const { invoke, pids, close } = pool();
    const quick = invoke({ ms: 300 });
    const stuck = invoke({ do: "spin" });
    const all = pids();
    await close({ timeoutMs: 3_000 });
    expect(await quick).toMatchObject({ kind: "ok" });
    expect(await stuck).toMatchObject({ error: { errorType: "Runtime.ExitError" } });
    expect(all).toHaveLength(2);
    expect(all.filter(isAlive)).toEqual([]);
    expect(await invoke({})).toMatchObject({ error: { errorType: "Lambda.ServiceException" } });
  });
});
