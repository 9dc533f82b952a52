import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findReport } from "../../shared/request/find-report.ts";
import type { Row } from "../../shared/request/row.ts";
import { encodeUnit } from "../../shared/rows/lake/parquet-unit-file.ts";
import { sampleRecord, sampleUnit } from "../../test/support/samples/row-samples.ts";

/**
 * What a program that has these rows in memory, and only wants them in Parquet files, would do: encode
 * them, write a file, and have the disk confirm it. Each file gets all of the rows.
 */
export async function plainParquet(rows: readonly Row[]): Promise<{
  write(files: number): Promise<void>;
  end(): Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), "gsc-sync-bench-plain-"));
  const report = findReport("page_query");
  if (report === undefined) throw new Error("no report");
  const record = sampleRecord(sampleUnit(), 1, [rows]);
  return {
    async write(files) {
      for (let file = 0; file < files; file += 1) {
        const bytes = encodeUnit({ record, completedAtMs: 0 }, report, rows);
        const handle = await open(join(folder, `${file}.parquet`), "w");
        try {
          await handle.writeFile(bytes);
          await handle.sync();
        } finally {
          await handle.close();
        }
      }
    },
    end: () => rm(folder, { recursive: true, force: true }),
  };
}
