import { type PacificDate, parsePacificDate } from "../../../shared/request/pacific-date.ts";

/** A Pacific date written in a test. */
export function pacific(text: string): PacificDate {
  const date = parsePacificDate(text);
  if (date === undefined) throw new Error(`${text} is not a date`);
  return date;
}
