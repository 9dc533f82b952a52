import { dayMs, hourMs, minuteMs } from "../../shared/lib/durations.ts";
import { UsageError } from "../output/errors.ts";

const unitMs = { s: 1_000, m: minuteMs, h: hourMs, d: dayMs } as const;

/** `90s`, `5m`, `2h`, `7d`: a stretch of time in milliseconds. */
export function stretchOfTime(flag: string, leastMs: number): (text: string) => number {
  return (text) => {
    const [, number = "", unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
    const known = Object.entries(unitMs).find(([name]) => name === unit)?.[1];
    const ms = known === undefined ? Number.NaN : Number(number) * known;
    if (ms >= leastMs) return ms;
    throw new UsageError(
      `${flag} ${text || '""'} is not a time of ${leastMs / 1_000} s or more: write it like 90s, 5m, 2h or 7d`,
    );
  };
}

/** `2026-11-21T14:00:00Z`, as epoch milliseconds. */
export function instant(flag: string): (text: string) => number {
  return (text) => {
    const ms = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(text)
      ? Date.parse(text)
      : Number.NaN;
    if (!Number.isNaN(ms)) return ms;
    throw new UsageError(
      `${flag} ${text || '""'} is not a time: write it like 2026-11-21T14:00:00Z`,
    );
  };
}
