import { once } from "node:events";
import type { Writable } from "node:stream";

export type LineWriter = {
  line(text: string): Promise<void>;
  flush(): Promise<void>;
  /** True when the reader has closed the pipe (`| head`): more output is lost. */
  closed(): boolean;
};

const chunkChars = 64 * 1_024;

/** Writes lines in large pieces, at the reader's pace. */
export function createLineWriter(stream: Writable): LineWriter {
  let chunk = "";
  let closed = false;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    closed = true;
  });

  async function flush(): Promise<void> {
    if (chunk === "" || closed) return;
    const text = chunk;
    chunk = "";
    if (!stream.write(text)) {
      const settled = new AbortController();
      const events = ["drain", "close"].map((event) =>
        once(stream, event, { signal: settled.signal }),
      );
      await Promise.race(events).catch(() => {});
      settled.abort();
    }
  }

  return {
    async line(text) {
      chunk += `${text}\n`;
      if (chunk.length >= chunkChars) await flush();
    },
    flush,
    closed: () => closed,
  };
}
