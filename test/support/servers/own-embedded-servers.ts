import { startDynamoServer } from "../../../local/aws-servers/dynamo-server.ts";
import { startPostgresServer } from "../postgres/postgres-server.ts";

/** An owner of both embedded servers, for the tests that kill it. Says the children's pids. */
const [postgres, dynamo] = await Promise.all([startPostgresServer(), startDynamoServer()]);
process.send?.([postgres.pid, dynamo.pid]);
