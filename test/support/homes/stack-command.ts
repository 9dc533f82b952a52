/**
 * A program that uses a home's servers as a command does, for tests with several processes. It
 * prints a JSON line an event, and does what stdin's lines say: close, force. With `toy`, handlers
 * and state machine are toys and no Postgres is started.
 */
import { join } from "node:path";
import { createInterface } from "node:readline";
import { openStack } from "../../../local/home/open-stack.ts";
import { stackParts } from "../../../local/home/stack-parts.ts";
import { toyStateMachine } from "./toy-state-machine.ts";

const [home = "", kind = ""] = process.argv.slice(2);

function tell(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

const toyParts = {
  ...stackParts,
  migratePostgres: async () => {},
  loadDefinition: async () => toyStateMachine,
  functionModule: () => join(import.meta.dirname, "functions/toy.ts"),
};

try {
  const stack = await openStack({
    home,
    environment: {
      ...process.env,
      ...(kind === "toy" ? { GSC_SYNC_POSTGRES_URL: "postgres://127.0.0.1:1/none" } : {}),
    },
    onNotice: (notice) => tell({ event: "notice", notice }),
    ...(kind === "toy" ? { parts: toyParts } : {}),
  });
  const { role, endpoints, handlerEnvironment } = stack;
  tell({ event: "open", role, endpoints, handlerEnvironment, pid: process.pid });
  void stack.lost.then(() => tell({ event: "owner-gone" }));
  const input = createInterface({ input: process.stdin });
  input.on("line", async (line) => {
    await stack.close({ force: line === "force" });
    tell({ event: "closed" });
    input.close();
    process.stdin.destroy();
  });
} catch (error) {
  tell({ event: "failed", message: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}
