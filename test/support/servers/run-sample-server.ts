import { sampleServerCommand } from "../../../cli/commands/sample-server.ts";

/** The sample-server command as a process of its own, without the rest of the command line. */
await sampleServerCommand().parseAsync(process.argv);
