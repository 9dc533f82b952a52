import { spawn } from "node:child_process";
import { once } from "node:events";
import { Writable } from "node:stream";
import { text as readAll } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createTerminal, type TerminalStream } from "../../../cli/output/terminal.ts";
import { sampleNowMs, sampleSnapshot } from "../../support/samples/run-samples.ts";
import { Screen } from "./screen.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: sampleNowMs, toFake: ["setInterval", "clearInterval", "Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

const exitListeners = () => process.listenerCount("exit");

describe("progress on a terminal", () => {
  test("is one block that is redrawn in place", () => {
    const { terminal, stderr } = onScreen();
    terminal.progress(sampleSnapshot());
    const height = stderr.text().split("\n").length;
    expect(stderr.text()).toContain("75 of 150 units");

    const units = { planned: 150, complete: 149, failed: 0, skipped: 0 };
    terminal.progress(sampleSnapshot({}, { units }));
    vi.advanceTimersByTime(200);
    expect(stderr.text()).toContain("149 of 150 units");
    expect(stderr.text()).not.toContain("75 of 150");
    expect(stderr.text().split("\n")).toHaveLength(height);
    terminal.endProgress();
  });

  test("ticks on by itself, and redraws at most eight times a second", () => {
    const { terminal, stderr } = onScreen();
    terminal.progress(sampleSnapshot());
    const before = stderr.writes;
    for (let reading = 0; reading < 1_000; reading += 1) {
      vi.advanceTimersByTime(1);
      terminal.progress(sampleSnapshot({}, { rows: reading }));
    }
    expect(stderr.writes - before).toBeGreaterThan(1);
    expect(stderr.writes - before).toBeLessThanOrEqual(8);

    vi.advanceTimersByTime(9_000);
    expect(stderr.text()).toContain("elapsed    1 m 15 s");
    terminal.endProgress();
  });

  test("has notices above it", () => {
    const { terminal, stderr } = onScreen();
    terminal.progress(sampleSnapshot());
    terminal.notice("a batch was put back");
    vi.advanceTimersByTime(1_000);
    terminal.notice("and another one");
    const lines = stderr.text().split("\n");
    expect(lines.slice(0, 3)).toEqual([
      "a batch was put back",
      "and another one",
      expect.stringContaining("▶ running"),
    ]);
    expect(stderr.text().match(/running/g)).toHaveLength(1);
    terminal.endProgress();
  });

  test("leaves nothing behind: no block, no timer, no listener", () => {
    const listeners = exitListeners();
    const { terminal, stderr } = onScreen();
    terminal.notice("started");
    terminal.progress(sampleSnapshot());
    expect(vi.getTimerCount()).toBe(1);
    expect(exitListeners()).toBe(listeners + 1);
    terminal.endProgress();
    terminal.endProgress();
    expect(stderr.text()).toBe("started");
    expect(vi.getTimerCount()).toBe(0);
    expect(exitListeners()).toBe(listeners);
  });

  test("is taken away before the result is printed, and can begin again", () => {
    const { terminal, stderr, stdout } = onScreen();
    terminal.progress(sampleSnapshot());
    terminal.result("done", {});
    expect(stderr.text()).toBe("");
    expect(stdout.text()).toBe("done");
    terminal.progress(sampleSnapshot());
    expect(stderr.text()).toContain("▶ running");
    terminal.endProgress();
  });

  test("of a dumb terminal is lines", () => {
    const stderr = new Screen();
    const terminal = createTerminal({ stdout: new Screen(), stderr, json: false, dumb: true });
    terminal.progress(sampleSnapshot());
    expect(stderr.text()).toContain("75 of 150 units · ");
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("progress in a log", () => {
  test("is a line every five seconds and at each change of status", () => {
    const { terminal, lines } = piped();
    terminal.progress(sampleSnapshot());
    vi.advanceTimersByTime(4_999);
    terminal.progress(sampleSnapshot());
    expect(lines()).toHaveLength(1);
    vi.advanceTimersByTime(1);
    terminal.progress(sampleSnapshot());
    expect(lines()).toHaveLength(2);
    terminal.progress(sampleSnapshot({ status: "halting", reason: "halted" }));
    expect(lines()).toHaveLength(3);
    expect(lines()[2]).toContain("halting");
    expect(lines().join("")).not.toContain("\u001b");
  });
});

describe("results", () => {
  test("are text on stdout", () => {
    const { terminal, output } = piped();
    terminal.notice("started");
    terminal.result("two\nlines", { rows: 2 });
    expect(output()).toBe("two\nlines\n");
  });

  test("are one line of JSON on stdout with json, and nothing else is", () => {
    const { terminal, output } = piped({ json: true });
    terminal.notice("started");
    terminal.progress(sampleSnapshot());
    terminal.result("two\nlines", { rows: 2, reason: "a\nb" });
    expect(output()).toBe('{"rows":2,"reason":"a\\nb"}\n');
  });

  test("are as wide as the terminal, or as wide as they are when piped", () => {
    expect(onScreen().terminal.width).toBe(80);
    expect(piped().terminal.width).toBe(Number.POSITIVE_INFINITY);
    expect(piped().terminal.colour).toBe(false);
    const unsized = createTerminal({ stdout: new Screen(0), stderr: new Screen(), json: false });
    expect(unsized.width).toBe(80);
  });
});

describe("a reader that went away", () => {
  test.each(["stdout", "stderr"] as const)("is borne when it was %s's", async (lost) => {
    const broken = brokenPipe();
    const streams = { stdout: new Screen(), stderr: new Screen(), [lost]: broken };
    const terminal = createTerminal({ ...streams, json: false });
    terminal.result("text", {});
    terminal.notice("text");
    await closed(broken);
    terminal.result("text", {});
    terminal.notice("still running");
  });

  test("a real `| head` sees its lines and no error", async () => {
    const terminalUrl = new URL("../../../cli/output/terminal.ts", import.meta.url).href;
    const program = `
      import { createTerminal } from ${JSON.stringify(terminalUrl)};
      const { stdout, stderr } = process;
      const terminal = createTerminal({ stdout, stderr, json: false });
      for (let line = 0; line < 500; line += 1) {
        terminal.result("line", {});
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    `;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      cwd: fileURLToPath(new URL("../../..", import.meta.url)),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const errors = readAll(child.stderr);
    await once(child.stdout, "data");
    child.stdout.destroy();
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
    expect(await errors).toBe("");
  });
});

/** Unlike `once`, does not take the error that comes first for its own. */
async function closed(stream: TerminalStream): Promise<void> {
  await new Promise<void>((resolve) => stream.once("close", resolve));
}

function onScreen() {
  const stdout = new Screen();
  const stderr = new Screen();
  return { stdout, stderr, terminal: createTerminal({ stdout, stderr, json: false, dumb: false }) };
}

function piped({ json = false } = {}) {
  const [stdout, output] = collector();
  const [stderr, log] = collector();
  return {
    terminal: createTerminal({ stdout, stderr, json }),
    output,
    lines: () =>
      log()
        .split("\n")
        .filter((line) => line !== ""),
  };
}

function collector(): readonly [TerminalStream, () => string] {
  let written = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  return [stream, () => written];
}

function brokenPipe(): TerminalStream {
  return new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    },
  });
}
