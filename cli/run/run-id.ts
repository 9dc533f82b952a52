import { randomBytes } from "node:crypto";

/** Sorts by time and is recognised at a glance: `20261121-183000-a1b2c3`. */
export function newRunId(nowMs: number): string {
  const digits = new Date(nowMs).toISOString().replace(/\D/g, "");
  return `${digits.slice(0, 8)}-${digits.slice(8, 14)}-${randomBytes(3).toString("hex")}`;
}
