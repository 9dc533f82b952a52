import * as z from "zod";
import { RunEventSchema } from "./run-event.ts";
import { UnitEventSchema } from "./unit-event.ts";

/** An event's detail; what is sent is a detail with its source and type. */
export const SyncEventSchema = z.discriminatedUnion("kind", [UnitEventSchema, RunEventSchema]);

export type SyncEvent = z.infer<typeof SyncEventSchema>;
