import type { PGlite } from "@electric-sql/pglite";
import { createReadyScan } from "./postgres-ready-scan.ts";
import {
  encodeCopyFail,
  encodeQuery,
  encodeStartup,
  encodeSync,
  messageType,
  type TransactionStatus,
} from "./postgres-wire.ts";

/**
 * PGlite's one session, as messages of the wire protocol. Not safe to share: whoever calls must
 * hold the turn.
 */
export type PostgresSession = {
  /** What the database tells a client that has just connected, up to ReadyForQuery. */
  readonly greeting: Buffer;
  /**
   * Runs one client message; the answer arrives in chunks before it resolves. Resolves with the
   * status of the answer's ReadyForQuery, or undefined when the answer had none.
   */
  run(message: Buffer, answer: (chunk: Buffer) => void): Promise<TransactionStatus | undefined>;
  /** Undoes an unfinished transaction or half a pipeline. */
  rollBack(): Promise<void>;
  /**
   * Forgets settings, temporary tables, locks and statements of the connection served last, whose
   * transaction has ended.
   */
  forget(): Promise<void>;
};

/**
 * PGlite ends the whole database when COPY FROM STDIN finds no rows in the same call (a client
 * sends them later). Behind every message that can start a COPY therefore comes this refusal;
 * where no COPY waits for rows, the protocol has the database ignore it.
 */
const copyRefusal = encodeCopyFail("the embedded database takes no COPY FROM STDIN; use INSERT");
const startsStatements = new Set(["Q", "E"]);

export async function createPostgresSession(database: PGlite): Promise<PostgresSession> {
  const exec = async (bytes: Buffer, answer: (chunk: Buffer) => void) => {
    const scan = createReadyScan();
    await database.execProtocolRawStream(bytes, {
      onRawData(view) {
        // A view of the database's own memory, which the next answer overwrites.
        const chunk = Buffer.from(view);
        scan.read(chunk);
        answer(chunk);
      },
    });
    return scan.status();
  };
  const greeting: Buffer[] = [];
  await exec(encodeStartup({ user: "postgres", database: "postgres" }), (chunk) => {
    greeting.push(chunk);
  });
  return {
    greeting: Buffer.concat(greeting),
    run(message, answer) {
      const refusesCopy = startsStatements.has(messageType(message));
      return exec(refusesCopy ? Buffer.concat([message, copyRefusal]) : message, answer);
    },
    async rollBack() {
      // Within a pipeline that failed, all is ignored until Sync; in one that did not, Sync would
      // commit. So: roll back (aborts the second kind), Sync (wakes the first), roll back that.
      await exec(encodeQuery("ROLLBACK"), ignore);
      await exec(encodeSync(), ignore);
      const status = await exec(encodeQuery("ROLLBACK"), ignore);
      if (status !== "I") throw new Error(`the database is not idle after a rollback: ${status}`);
    },
    async forget() {
      // As any simple query does, it drops the unnamed statement too.
      const status = await exec(encodeQuery("DISCARD ALL"), ignore);
      if (status !== "I") throw new Error(`the database is not idle between turns: ${status}`);
    },
  };
}

function ignore(): void {}
