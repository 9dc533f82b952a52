import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian's names, and what others call it. */
const names = ["chromium", "chromium-browser", "google-chrome"];

/** A browser of this machine; undefined when there is none (`.ci/install-chromium` installs it). */
export function chromiumProgram(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((program) => existsSync(program));
}
