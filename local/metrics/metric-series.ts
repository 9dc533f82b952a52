import { closeSync, fstatSync, openSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { dayMs } from "../../shared/lib/durations.ts";
import type { MetricRecord } from "../../shared/telemetry/metric-record.ts";

/** What a home's handlers measured: files a UTC day, each with a line a record, kept for weeks. */
export type MetricSeries = {
  add(record: MetricRecord): void;
  close(): void;
};

export type MetricSeriesLimits = {
  /** A file that has grown to this is followed by the day's next one. */
  readonly fileBytes: number;
  /** Of all files together; the oldest go. */
  readonly totalBytes: number;
  readonly days: number;
};

/** Phases take two weeks, drills a month. */
const defaultLimits: MetricSeriesLimits = {
  fileBytes: 16 * 1_024 * 1_024,
  totalBytes: 512 * 1_024 * 1_024,
  days: 90,
};

/** `2026-11-21.3.jsonl`: the fourth file of its day. */
export const seriesFilePattern = /^(\d{4}-\d{2}-\d{2})\.(\d+)\.jsonl$/;

/**
 * Opens the series for appending; a home has one owner, so one writer. A record is no reason to fail
 * what it measures: one that cannot be written is dropped.
 */
export function openMetricSeries(
  folder: string,
  limits: MetricSeriesLimits = defaultLimits,
): MetricSeries {
  let current: { readonly day: string; readonly descriptor: number; bytes: number } | undefined;

  function close(): void {
    if (current !== undefined) closeSync(current.descriptor);
    current = undefined;
  }

  function fileFor(day: string) {
    const known = current;
    if (known?.day === day && known.bytes < limits.fileBytes) return known;
    close();
    removeOld(folder, day, limits);
    const last = seriesFiles(folder).findLast((file) => file.day === day);
    const grown = last !== undefined && last.bytes >= limits.fileBytes;
    const number = last === undefined ? 0 : last.number + (grown ? 1 : 0);
    const descriptor = openSync(join(folder, `${day}.${number}.jsonl`), "a", 0o600);
    const { size } = fstatSync(descriptor);
    current = { day, descriptor, bytes: size };
    // What a crash cut off must not spoil the next line.
    if (size > 0) append(current, "\n");
    return current;
  }

  function append(file: { readonly descriptor: number; bytes: number }, text: string): void {
    file.bytes += writeSync(file.descriptor, text);
  }

  return {
    add(record) {
      try {
        const day = new Date(record.atMs).toISOString().slice(0, 10);
        append(fileFor(day), `${JSON.stringify(record)}\n`);
      } catch {}
    },
    close,
  };
}

export type SeriesFile = {
  readonly day: string;
  readonly number: number;
  readonly path: string;
  readonly bytes: number;
  /** When it was last written (epoch ms). */
  readonly changedMs: number;
};

/** Oldest first. */
export function seriesFiles(folder: string): readonly SeriesFile[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const [, day, number] = seriesFilePattern.exec(name) ?? [];
      if (day === undefined || number === undefined) return [];
      const path = join(folder, name);
      const found = statSync(path, { throwIfNoEntry: false });
      if (found === undefined) return [];
      const { size: bytes, mtimeMs: changedMs } = found;
      return [{ day, number: Number(number), path, bytes, changedMs }];
    })
    .sort((a, b) => (a.day === b.day ? a.number - b.number : a.day < b.day ? -1 : 1));
}

function removeOld(folder: string, today: string, limits: MetricSeriesLimits): void {
  const files = seriesFiles(folder);
  const oldestMs = Date.parse(today) - limits.days * dayMs;
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { day, path, bytes } of files) {
    if (Date.parse(day) >= oldestMs && total <= limits.totalBytes) continue;
    rmSync(path, { force: true });
    total -= bytes;
  }
}
