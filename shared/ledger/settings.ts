/** Run-time configuration that holds for every run, changed without a deploy. */
export type Settings = {
  /** Workers at once: 0 stops, 1 is the sequential path. */
  readonly lever: number;
};
