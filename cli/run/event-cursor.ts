import { readFile } from "node:fs/promises";
import { z } from "zod";
import { eventFile } from "../../local/aws-servers/event-log.ts";
import { writeFileWhole } from "../../local/home/write-file-whole.ts";

/** How far a run's events are delivered: bytes of its file. Durable after each event. */
export type EventCursor = {
  read(): Promise<number>;
  write(offset: number): Promise<void>;
};

const CursorSchema = z.object({ offset: z.int().min(0) });

export function eventCursor(folder: string, runId: string): EventCursor {
  const file = `${eventFile(folder, runId)}.cursor`;
  return {
    async read() {
      try {
        return CursorSchema.parse(JSON.parse(await readFile(file, "utf8"))).offset;
      } catch {
        // None, or none that can be read: each event once more is what "at least once" allows.
        return 0;
      }
    },
    write: (offset) => writeFileWhole(file, `${JSON.stringify({ offset })}\n`),
  };
}
