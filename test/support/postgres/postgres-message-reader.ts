import type { Socket } from "node:net";
import { setImmediate as nextTick } from "node:timers/promises";

export type ReadResult =
  | { readonly kind: "message"; readonly message: Buffer }
  /** The client has closed its connection, or lost it. */
  | { readonly kind: "ended" }
  /** Nothing moved in either direction for the time that was given. */
  | { readonly kind: "quiet" };

/** Cuts a socket's bytes into whole messages; reads ahead no further than it must. */
export type MessageReader = {
  /** The next typed message, type byte and length included. */
  next(quietMs?: number): Promise<ReadResult>;
  /** The next startup message, which has a length and no type. */
  nextStartup(quietMs?: number): Promise<ReadResult>;
};

/** The client does not speak the protocol. */
export class MessageFramingError extends Error {
  readonly code = "message-framing";
}

/** More than any statement of ours needs, less than the database's memory. */
const messageLimitBytes = 256 * 1024 * 1024;
const startupLimitBytes = 10_000;
const readAheadBytes = 1024 * 1024;

export function createMessageReader(socket: Socket): MessageReader {
  let chunks: Buffer[] = [];
  let buffered = 0;
  let ended = false;
  let wake: () => void = () => {};

  socket.on("data", (chunk) => {
    chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk));
    buffered += chunk.length;
    if (buffered >= readAheadBytes) socket.pause();
    wake();
  });
  socket.on("drain", () => wake());
  const end = () => {
    ended = true;
    wake();
  };
  socket.on("end", end);
  socket.on("close", end);
  socket.on("error", end);

  const joined = (): Buffer => {
    const [only] = chunks;
    const bytes = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
    chunks = [bytes];
    return bytes;
  };

  const take = (lengthAt: 0 | 1, limitBytes: number): Buffer | undefined => {
    if (buffered < lengthAt + 4) return undefined;
    const [first] = chunks;
    const start = first !== undefined && first.length >= lengthAt + 4 ? first : joined();
    const length = start.readInt32BE(lengthAt) + lengthAt;
    if (length < lengthAt + 4) throw new MessageFramingError("a message is shorter than its head");
    if (length > limitBytes) {
      throw new MessageFramingError(`a message of ${length} bytes is longer than ${limitBytes}`);
    }
    if (buffered < length) return undefined;
    const bytes = joined();
    chunks = bytes.length > length ? [bytes.subarray(length)] : [];
    buffered -= length;
    return bytes.subarray(0, length);
  };

  const read = async (
    lengthAt: 0 | 1,
    limitBytes: number,
    quietMs: number | undefined,
  ): Promise<ReadResult> => {
    for (;;) {
      // A client that does not read its answers gets no further ones: the kernel, not our memory,
      // is where they wait.
      if (!socket.writableNeedDrain || ended) {
        const message = take(lengthAt, limitBytes);
        if (message !== undefined) return { kind: "message", message };
      }
      if (ended) return { kind: "ended" };
      socket.resume();
      const before = `${buffered} ${socket.writableLength}`;
      const timedOut = await new Promise<boolean>((resolve) => {
        const timer = quietMs === undefined ? undefined : setTimeout(() => resolve(true), quietMs);
        wake = () => {
          clearTimeout(timer);
          resolve(false);
        };
      });
      if (!timedOut) continue;
      // A process that was held up runs its late timers before it reads what came meanwhile.
      await nextTick();
      const moved = before !== `${buffered} ${socket.writableLength}`;
      if (!moved && !ended) return { kind: "quiet" };
    }
  };

  return {
    next: (quietMs) => read(1, messageLimitBytes, quietMs),
    nextStartup: (quietMs) => read(0, startupLimitBytes, quietMs),
  };
}
