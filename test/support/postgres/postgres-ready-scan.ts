import type { TransactionStatus } from "./postgres-wire.ts";

/**
 * Follows the database's answer through its chunks, whose edges fall anywhere, and tells what the
 * last ReadyForQuery said; undefined when there was none.
 */
export type ReadyScan = { read(chunk: Buffer): void; status(): TransactionStatus | undefined };

const headerBytes = 5;
const readyForQuery = "Z".charCodeAt(0);

export function createReadyScan(): ReadyScan {
  const header = Buffer.alloc(headerBytes);
  let headerFilled = 0;
  let bodyLeft = 0;
  let found: TransactionStatus | undefined;

  const readHeader = (chunk: Buffer, at: number): number => {
    const copied = chunk.copy(header, headerFilled, at, at + headerBytes - headerFilled);
    headerFilled += copied;
    if (headerFilled === headerBytes) bodyLeft = header.readInt32BE(1) - 4;
    return at + copied;
  };

  const readBody = (chunk: Buffer, at: number): number => {
    const length = Math.min(bodyLeft, chunk.length - at);
    if (header[0] === readyForQuery && length > 0) found = toStatus(chunk[at]);
    bodyLeft -= length;
    return at + length;
  };

  return {
    read(chunk) {
      let at = 0;
      while (at < chunk.length) {
        at = headerFilled < headerBytes ? readHeader(chunk, at) : readBody(chunk, at);
        if (headerFilled === headerBytes && bodyLeft === 0) headerFilled = 0;
      }
    },
    status: () => found,
  };
}

function toStatus(byte: number | undefined): TransactionStatus {
  const letter = String.fromCharCode(byte ?? 0);
  if (letter === "I" || letter === "T" || letter === "E") return letter;
  throw new RangeError(`ReadyForQuery with an unknown status: ${letter}`);
}
