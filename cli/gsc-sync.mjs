#!/usr/bin/env node
// The program's entry, in plain JavaScript so that an older Node can still read it: it goes on in
// this process when that runs Node 24 or newer, else in the Node 24 that npm installed here.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const neededMajor = 24;
const major = Number(process.versions.node.split(".")[0]);

if (major >= neededMajor) {
  // Reading and compiling the libraries is most of what a short command does.
  module.enableCompileCache(
    fileURLToPath(new URL("../node_modules/.cache/gsc-sync/compile", import.meta.url)),
  );
  await import("./main.ts");
} else {
  const node = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));
  if (!existsSync(node)) {
    console.error(
      `gsc-sync needs Node ${neededMajor}, and this is Node ${process.versions.node}: run "npm ci" in the clone (it brings Node ${neededMajor} along), or install Node ${neededMajor}.`,
    );
    process.exit(1);
  }
  // The channel tells the child when this process dies, however it dies.
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, GSC_SYNC_LAUNCHED: "1" },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}
