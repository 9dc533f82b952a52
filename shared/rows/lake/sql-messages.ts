import * as z from "zod";
import type { SqlColumn } from "../sql-store.ts";

/** What the process that asks a lake is told; one question a process. */
export const SqlQuestionSchema = z.object({
  /** The lake's folder. */
  folder: z.string(),
  query: z.string(),
  /** A property that all tables are limited to. */
  siteUrl: z.string().exactOptional(),
  /** A folder of its own, for what does not fit into memory and for files; deleted afterwards. */
  workFolder: z.string(),
  /** Absent: rows, in messages. */
  file: z.enum(["csv", "parquet"]).exactOptional(),
});

export type SqlQuestion = z.infer<typeof SqlQuestionSchema>;

/** What it answers. After each message of rows it waits for `"more"`. */
export type SqlMessage =
  | { readonly kind: "columns"; readonly columns: readonly SqlColumn[] }
  | { readonly kind: "rows"; readonly rows: readonly (readonly unknown[])[] }
  | { readonly kind: "file"; readonly path: string; readonly rows: number }
  | { readonly kind: "end" }
  | {
      readonly kind: "fault";
      readonly code: "statement" | "read-only" | "store";
      readonly message: string;
    };

export const moreMessage = "more";
