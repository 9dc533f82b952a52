import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const program = join(import.meta.dirname, "../support/loaded/loaded-by-command.ts");
const clients = async (...args: readonly string[]): Promise<readonly string[]> => {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args]);
  return JSON.parse(stdout);
};
/** What only a stage in AWS is asked with. */
const ofAws = ["cloudwatch", "lambda", "secrets-manager", "ssm", "sts"].map(
  (name) => `@aws-sdk/client-${name}`,
);

test.each(["lever", "doctor"])(
  "gsc-sync %s on this machine loads no client that only a stage in AWS needs",
  async (command) => {
    const loaded = await clients(command, "open-local-stage");
    expect(loaded).toContain("@aws-sdk/client-dynamodb");
    expect(loaded.filter((name) => ofAws.includes(name))).toEqual([]);
  },
);

test("and a stage in AWS is opened with them", async () => {
  expect(await clients("lever", "open-aws-stage")).toEqual(expect.arrayContaining(ofAws));
});
