import { closeSync, copyFileSync, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";

export type FunctionLog = {
  /** For the standard streams of processes: appends, from any process. */
  readonly fileDescriptor: number;
  write(line: string): void;
  /** Moves a log that has grown too large to `<file>.1` and starts it anew. */
  rotateIfLarge(): void;
  close(): void;
};

const maxLogBytes = 10 * 1024 * 1024;

/**
 * A log that several processes append to through one inherited descriptor. So it is emptied in
 * place, not renamed: the writers keep it open. Lines written between copy and cut are lost.
 */
export function openFunctionLog(file: string, maxBytes = maxLogBytes): FunctionLog {
  const fileDescriptor = openSync(file, "a", 0o600);
  let open = true;

  // A full disk is no reason to fail an invocation for its log's sake.
  function attempt(work: () => void): void {
    try {
      if (open) work();
    } catch {}
  }

  return {
    fileDescriptor,
    write: (line) => attempt(() => writeSync(fileDescriptor, `${line}\n`)),
    rotateIfLarge: () =>
      attempt(() => {
        if (fstatSync(fileDescriptor).size <= maxBytes) return;
        copyFileSync(file, `${file}.1`);
        ftruncateSync(fileDescriptor, 0);
      }),
    close() {
      if (open) closeSync(fileDescriptor);
      open = false;
    },
  };
}
