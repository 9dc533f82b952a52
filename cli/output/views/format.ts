import { dayMs, hourMs, minuteMs } from "../../../shared/lib/durations.ts";

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

const secondMs = 1_000;

/** A whole number with thousands separators: `1,234,567`. */
export function count(value: number): string {
  return grouped.format(value);
}

/** A count with its noun: `1 unit`, `2 units`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `850 ms`, `1.2 s`, `2 m 05 s`, `1 h 02 m`, `3 d 04 h`. */
export function duration(ms: number): string {
  const whole = Math.max(Math.round(ms), 0);
  if (whole < secondMs) return `${whole} ms`;
  const tenths = Math.round(whole / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  return wholeSeconds(whole);
}

/** A duration that ticks on a display: no fractions of a second. `0 s`, `42 s`, `2 m 05 s`. */
export function wholeSeconds(ms: number): string {
  const rounded = Math.max(Math.round(ms / secondMs), 0) * secondMs;
  if (rounded < minuteMs) return `${rounded / secondMs} s`;
  if (rounded < hourMs) return parts(rounded, minuteMs, "m", secondMs, "s");
  if (rounded < dayMs) return parts(rounded, hourMs, "h", minuteMs, "m");
  return parts(rounded, dayMs, "d", hourMs, "h");
}

/** Binary units, as memory is counted: `512 B`, `1.5 KiB`, `212 MiB`. */
export function bytes(value: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let size = value;
  let index = 0;
  // 1,023.5 would be rounded to "1,024" of the smaller unit.
  while (size >= 1_023.5 && index < units.length - 1) {
    size /= 1_024;
    index += 1;
  }
  const digits = index > 0 && size < 9.95 ? size.toFixed(1) : count(size);
  return `${digits} ${units[index]}`;
}

/** Share in whole percent, rounded down: 100 % only when all is done. */
export function percent(done: number, all: number): string {
  const share = all === 0 ? 1 : Math.min(done / all, 1);
  return `${Math.floor(share * 100)} %`;
}

/** Time of day where the reader is, with the date when that is not today: `14:32:10`. */
export function localTime(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(":");
  const date = localDate(at);
  return date === localDate(new Date(nowMs)) ? time : `${date} ${time}`;
}

/** Why a run waits or has stopped, since when and until when; empty when there is nothing to say. */
export function reasonText(run: {
  readonly reason: string | null;
  readonly waitingUntil: string | null;
  readonly outageSince: string | null;
}): string {
  const until =
    run.waitingUntil === null ? "" : `until ${localTime(Date.parse(run.waitingUntil), 0)}`;
  const since =
    run.outageSince === null ? "" : `outage since ${localTime(Date.parse(run.outageSince), 0)}`;
  const why = [run.reason ?? "", since].filter((part) => part !== "").join(", ");
  return [until, why].filter((part) => part !== "").join(": ");
}

function localDate(at: Date): string {
  return [at.getFullYear(), twoDigits(at.getMonth() + 1), twoDigits(at.getDate())].join("-");
}

function parts(ms: number, bigMs: number, big: string, smallMs: number, small: string): string {
  const rest = Math.floor((ms % bigMs) / smallMs);
  return `${Math.floor(ms / bigMs)} ${big} ${twoDigits(rest)} ${small}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
