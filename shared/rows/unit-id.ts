import { hash } from "node:crypto";
import type { Unit } from "../request/unit.ts";

/**
 * A unit's id, the same in every process and for ever: 122 bits of a SHA-256 as a version 8 UUID
 * (RFC 9562, 5.8). JSON keeps the three parts apart whatever they hold.
 */
export function unitId(unit: Unit): string {
  const digest = hash("sha256", JSON.stringify([unit.siteUrl, unit.report, unit.date]), "buffer");
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x80, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  return digest
    .toString("hex", 0, 16)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
