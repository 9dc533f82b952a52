import files from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const calls = ["open", "readFile", "readdir", "rename", "rm", "rmdir", "mkdir"] as const;

/** After so many calls every one of these fails, as if the process were gone; until it is disposed. */
export function dyingFiles(count: number): Disposable {
  const real = { ...files };
  let left = count;
  for (const name of calls) {
    Object.assign(files, {
      [name]: (...args: never[]) => {
        left -= 1;
        if (left < 0) return Promise.reject(new Error("the process is gone"));
        return Reflect.apply(real[name], files, args);
      },
    });
  }
  syncBuiltinESMExports();
  return {
    [Symbol.dispose]() {
      Object.assign(files, real);
      syncBuiltinESMExports();
    },
  };
}
