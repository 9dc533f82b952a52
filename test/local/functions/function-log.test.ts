import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openFunctionLog } from "../../../local/functions/function-log.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

function log(maxBytes: number) {
  const file = join(temporaryFolder(), "toy.log");
  const opened = openFunctionLog(file, maxBytes);
  onTestFinished(() => opened.close());
  return { ...opened, file };
}

describe("a function's log", () => {
  test("takes lines of ours and of processes, in the order they come", () => {
    const { file, write, fileDescriptor } = log(1_000);
    write("ours");
    execFileSync("echo", ["theirs"], { stdio: ["ignore", fileDescriptor, "ignore"] });
    write("ours again");
    expect(readFileSync(file, "utf8")).toBe("ours\ntheirs\nours again\n");
  });

  test("starts anew when it is too large, its writers going on, and keeps the last one", () => {
    const { file, write, rotateIfLarge, fileDescriptor } = log(10);
    write("short");
    rotateIfLarge();
    write("and too long");
    rotateIfLarge();
    execFileSync("echo", ["new"], { stdio: ["ignore", fileDescriptor, "ignore"] });
    expect(readFileSync(`${file}.1`, "utf8")).toBe("short\nand too long\n");
    expect(readFileSync(file, "utf8")).toBe("new\n");
  });

  test("never fails whoever logs, even when its folder has gone", () => {
    const { file, write, rotateIfLarge, close } = log(3);
    write("long enough");
    rmSync(join(file, ".."), { recursive: true });
    expect(rotateIfLarge).not.toThrow();
    close();
    expect(() => write("too late")).not.toThrow();
  });
});
