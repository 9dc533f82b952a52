import { type PacificDate, parsePacificDate } from "../../../shared/request/pacific-date.ts";

export function day(text: string): PacificDate {
  const date = parsePacificDate(text);
  if (date === undefined) throw new Error(`${text} is not a day`);
  return date;
}
