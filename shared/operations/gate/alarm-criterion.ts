import type { RaisedAlarm } from "../../telemetry/evaluate-alarm.ts";
import type { Criterion } from "./phase.ts";

const mostNamed = 5;

export function alarmCriterion(name: string, alarms: readonly RaisedAlarm[]): Criterion {
  const said = alarms.map(({ id, fromMs }) => `${id} at ${new Date(fromMs).toISOString()}`);
  const more = said.length > mostNamed ? `, and ${said.length - mostNamed} more` : "";
  return {
    name,
    target: "none",
    observed: said.length === 0 ? "none" : `${said.slice(0, mostNamed).join(", ")}${more}`,
    ok: said.length === 0,
  };
}
