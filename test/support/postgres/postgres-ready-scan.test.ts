import { expect, test } from "vitest";
import { createReadyScan } from "./postgres-ready-scan.ts";

const message = (type: string, body: string) => {
  const head = Buffer.alloc(5);
  head.write(type, "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, Buffer.from(body, "latin1")]);
};

const answer = Buffer.concat([
  message("D", `a row that holds ${message("Z", "T").toString("latin1")}`),
  message("1", ""),
  message("Z", "E"),
  message("C", "SELECT 1\0"),
  message("Z", "I"),
]);

test("the last ReadyForQuery is found, wherever the chunks are cut", () => {
  for (let size = 1; size <= answer.length; size++) {
    const scan = createReadyScan();
    for (let at = 0; at < answer.length; at += size) scan.read(answer.subarray(at, at + size));
    expect(scan.status(), `chunks of ${size}`).toBe("I");
  }
});

test("an answer without ReadyForQuery has no status", () => {
  const scan = createReadyScan();
  scan.read(message("D", message("Z", "I").toString("latin1")));
  expect(scan.status()).toBeUndefined();
});
