/** What an event's detail looks like; it changes when a field goes or changes its meaning. */
export const eventVersion = 1;

/** The `source` of every event of ours. */
export const eventSource = "gsc-sync";

/** The `detail-type`, as a rule's pattern names it. */
export const detailTypes = { unit: "Unit settled", run: "Run ended" } as const;
