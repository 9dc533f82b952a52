import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** An entry's header, and the unit that its bytes are filled up to. */
const blockBytes = 512;
const directoryType = "5";

/**
 * Writes the files and directories of an uncompressed ustar archive below `folder`, readable by
 * their owner only. For archives of our own making: names of up to 100 bytes, files and
 * directories, a directory before what is in it.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 * Whoever calls has compared its digest: a name may lead anywhere, and a cut between two entries is
 * not seen.
 * @throws RangeError for one that was cut within an entry
 */
export function unpackTarball(tarball: Buffer, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (let at = 0; at + blockBytes <= tarball.length; ) {
    const name = textAt(tarball, at, 100);
    // Two empty blocks end the archive.
    if (name === "") return;
    const size = Number.parseInt(textAt(tarball, at + 124, 12), 8);
    const begin = at + blockBytes;
    if (!(begin + size <= tarball.length)) throw new RangeError(`${name} is cut short`);
    const path = join(folder, name);
    if (textAt(tarball, at + 156, 1) === directoryType) {
      mkdirSync(path, { recursive: true, mode: 0o700 });
    } else {
      writeFileSync(path, tarball.subarray(begin, begin + size), { mode: 0o600 });
    }
    at = begin + Math.ceil(size / blockBytes) * blockBytes;
  }
}

function textAt(tarball: Buffer, at: number, bytes: number): string {
  return tarball.toString("utf8", at, at + bytes).replace(/\0.*$/s, "");
}
