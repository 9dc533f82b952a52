/** A row as Search Console returns it: `keys` in the order of the report's dimensions. */
export type Row = {
  readonly keys: readonly string[];
  readonly clicks: number;
  readonly impressions: number;
  readonly ctr: number;
  readonly position: number;
};
