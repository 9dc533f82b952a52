import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export type DynamoDbLocal = { readonly url: string; stop(): Promise<void> };

/** Folder of DynamoDBLocal.jar: where `.ci/install-dynamodb-local` puts it, or as the environment says. */
const folder =
  process.env.GSC_SYNC_DYNAMODB_LOCAL ??
  join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "gsc-sync", "dynamodb-local");

/** Why DynamoDB Local cannot be run here; undefined when it can. */
export function dynamoDbLocalMissing(): string | undefined {
  if (!existsSync(join(folder, "DynamoDBLocal.jar"))) {
    return `no DynamoDBLocal.jar in ${folder} (.ci/install-dynamodb-local fetches it)`;
  }
  const java = spawnSync("java", ["-version"], { stdio: "ignore" });
  return java.status === 0 ? undefined : "no java on the PATH";
}

/** DynamoDB Local, in memory, on a free port of this machine. */
export async function startDynamoDbLocal(): Promise<DynamoDbLocal> {
  const libraries = join(folder, "DynamoDBLocal_lib");
  const child = spawn(
    "java",
    [
      `-Djava.library.path=${libraries}`,
      "-cp",
      `${join(folder, "DynamoDBLocal.jar")}:${join(libraries, "*")}`,
      fileURLToPath(new URL("./LoopbackDynamoDB.java", import.meta.url)),
    ],
    { stdio: ["pipe", "pipe", "ignore"] },
  );
  const ended = once(child, "close");
  let said = "";
  const port = await new Promise<string>((resolve, reject) => {
    child.once("close", () => reject(new Error(`DynamoDB Local did not start: ${said}`)));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const found = /listening on (\d+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill();
      await ended;
    },
  };
}
