import { once } from "node:events";
import { Command } from "commander";
import { homeFolder } from "../../local/home.ts";
import { commandTerminal } from "../command-terminal.ts";
import { openStage } from "../open-stage.ts";
import { jsonOption, stageOption } from "../options.ts";

/** `gsc-sync resources`: names and endpoints, for other tools. */
export function resourcesCommand(): Command {
  return new Command("resources")
    .description("print names and endpoints (tables, queue, database URL) for other tools")
    .option("--keep", "start the home's servers and keep them until Ctrl-C", false)
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(async (options: { stage: string; keep: boolean; json: boolean }) => {
      const terminal = commandTerminal(options.json);
      const stage = await openStage(options.stage, terminal.notice);
      try {
        const { endpoints, role } = stage.stack;
        const resources = {
          stage: options.stage,
          home: homeFolder(process.env, process.cwd()),
          // Ports are chosen anew by each owner: without --keep they close with this command.
          running: options.keep || role === "attached",
          databaseUrl: endpoints.postgres,
          ledgerTable: endpoints.ledgerTable,
          quotaTable: endpoints.quotaTable,
          rowsTable: endpoints.postgres === null ? endpoints.rowsTable : null,
          queueUrl: endpoints.queueUrl,
          deadLetterQueueUrl: endpoints.deadLetterQueueUrl,
          stateMachineArn: endpoints.stateMachineArn,
          dynamoEndpoint: endpoints.dynamo,
          sqsEndpoint: endpoints.sqs,
          stepFunctionsEndpoint: endpoints.stepFunctions,
          eventBridgeEndpoint: endpoints.eventBridge,
        };
        const lines = Object.entries(resources).map(
          ([name, value]) => `${name.padEnd(22)} ${value ?? "-"}`,
        );
        terminal.result(lines.join("\n"), resources);
        if (options.keep) {
          terminal.notice("the servers run until Ctrl-C");
          await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM"), stage.stack.lost]);
        }
      } finally {
        await stage.close();
      }
    });
}
