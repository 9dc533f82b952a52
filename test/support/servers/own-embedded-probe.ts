import { startEmbeddedProcess } from "../../../local/processes/embedded-process.ts";

/** An owner of a probe that never gets back to its event loop. Says the probe's pid. */
const probe = await startEmbeddedProcess({
  title: "the probe",
  module: new URL("./embedded-probe.ts", import.meta.url),
  settings: { behaviour: "busy" },
  startTimeoutMs: 30_000,
});
process.send?.([probe.pid]);
