import { hourMs } from "../shared/lib/durations.ts";
import {
  addDays,
  nextPacificMidnight,
  type PacificDate,
  pacificDateAt,
} from "../shared/request/pacific-date.ts";

/** An hour of a Pacific day: when it begins (epoch ms), and as Google writes it. */
export type SampleHour = { readonly atMs: number; readonly text: string };

/** All hours of a date, 23 or 25 of them when the clock is changed. */
export function hoursOf(date: PacificDate): readonly SampleHour[] {
  const beginsMs = nextPacificMidnight(Date.parse(`${addDays(date, -1)}T20:00:00Z`));
  const endsMs = nextPacificMidnight(beginsMs);
  return Array.from({ length: Math.round((endsMs - beginsMs) / hourMs) }, (_, index) => {
    const atMs = beginsMs + index * hourMs;
    return { atMs, text: hourText(atMs) };
  });
}

/** `2026-05-20T13:00:00-07:00`. */
export function hourText(atMs: number): string {
  const hour = String(pacificHourAt(atMs)).padStart(2, "0");
  const day = pacificDateAt(atMs);
  const beginsMs = Math.floor(atMs / hourMs) * hourMs;
  const offsetHours = (beginsMs - Date.parse(`${day}T${hour}:00:00Z`)) / hourMs;
  return `${day}T${hour}:00:00-${String(offsetHours).padStart(2, "0")}:00`;
}

/** 0 to 23. */
export function pacificHourAt(atMs: number): number {
  return Number(wallClock.format(atMs));
}

const wallClock = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/Los_Angeles",
  hour: "2-digit",
  hourCycle: "h23",
});
