/**
 * The order of the floors: a folder imports from folders of lower floors only. Folders of one floor
 * do not import each other. A folder that is not listed belongs to the nearest folder above it that
 * is; `commands/dlq` and the like are part of their room. Tests and benchmarks import anything.
 */
export const floors: readonly (readonly string[])[] = [
  ["shared/lib"],
  ["shared/request"],
  ["shared/config", "shared/search-console"],
  ["shared/rows", "shared/quota"],
  ["shared/ledger"],
  ["shared/registry", "shared/events", "shared/telemetry"],
  ["shared/sync"],
  ["shared/operations"],
  ["lambdas", "dashboards/base", "sample-search-console", "local/processes", "infra/stages"],
  ["lambdas/handlers", "dashboards/alarms", "local/aws-servers", "infra/state-machines"],
  ["dashboards/cards", "local/functions", "local/metrics", "local/lake", "infra/constructs"],
  ["dashboards", "local/state-machine"],
  ["dashboards/preview", "local/home"],
  ["infra/stacks", "cli/output/views"],
  ["infra", "cli/output"],
  ["cli/options"],
  ["cli/stage", "cli/sign-in"],
  ["cli/run", "cli/checks"],
  ["cli/rollout", "cli/drill"],
  ["cli/commands"],
  ["cli"],
  ["bench", "test", "."],
];

/** What a top folder may import of the other top folders, beside itself. */
export const reach: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  "sample-search-console": ["shared/lib", "shared/request"],
  lambdas: ["shared"],
  local: ["shared"],
  dashboards: ["shared/config", "shared/telemetry"],
  infra: ["shared/config", "shared/request", "shared/telemetry", "shared/ledger", "dashboards"],
  cli: ["shared", "local", "sample-search-console"],
};

/** The room of a file or folder: the longest listed folder that it lies in. */
export function roomOf(file: string): string {
  const rooms = floors.flat().filter((room) => file.startsWith(`${room}/`));
  return rooms.toSorted((a, b) => b.length - a.length)[0] ?? ".";
}

export function floorOf(room: string): number {
  return floors.findIndex((floor) => floor.includes(room));
}
