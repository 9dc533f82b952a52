import type { Socket } from "node:net";
import {
  createMessageReader,
  MessageFramingError,
  type ReadResult,
} from "./postgres-message-reader.ts";
import type { PostgresSession } from "./postgres-session.ts";
import type { PostgresTurns } from "./postgres-turns.ts";
import {
  encodeBind,
  encodeError,
  encryptionRefused,
  messageType,
  type PostgresErrorFields,
  parsedStatementName,
  startupCodes,
} from "./postgres-wire.ts";

export type GateParts = {
  readonly session: PostgresSession;
  readonly turns: PostgresTurns;
  /** A connection that holds its turn and is silent for this long loses it. */
  readonly idleTimeoutMs: number;
  /** Called at the start of each turn; true when another connection had the turn before. */
  changeHolder(socket: Socket): boolean;
};

/**
 * Serves one client until it ends.
 *
 *   greeting --startup--> idle --a whole message--> waiting --its turn--> holding
 *   holding --ReadyForQuery 'I'--> idle
 *   holding --disconnect, silence, broken framing--> rolled back, closed
 *   idle --Terminate, disconnect, broken framing--> closed
 *
 * Only the holder's messages reach the database. A turn lasts from the first message of a
 * pipeline to the ReadyForQuery that says idle, so an open transaction keeps it.
 */
export async function serveConnection(socket: Socket, parts: GateParts): Promise<void> {
  const reader = createMessageReader(socket);
  try {
    if (!(await greet(socket, reader, parts))) return;
    for (;;) {
      const first = await reader.next();
      if (first.kind !== "message" || messageType(first.message) === "X") return;
      // Rows of a COPY that was refused may still be on their way when its turn is over.
      if (copyMessages.has(messageType(first.message))) continue;
      const endTurn = await parts.turns.take();
      try {
        if (!(await holdTurn(first.message, socket, reader, parts))) return;
      } finally {
        endTurn();
      }
    }
  } catch (error) {
    if (!(error instanceof MessageFramingError)) throw error;
    sayAndClose(socket, { severity: "FATAL", sqlState: "08P01", message: error.message });
  } finally {
    socket.end();
    socket.destroySoon();
  }
}

/** The client's silence is allowed for this long before it has said who it is. */
const greetingTimeoutMs = 10_000;

type Reader = ReturnType<typeof createMessageReader>;

/** Answers what comes before the session; false when no session follows. */
async function greet(socket: Socket, reader: Reader, { session }: GateParts): Promise<boolean> {
  for (;;) {
    const startup = await reader.nextStartup(greetingTimeoutMs);
    if (startup.kind !== "message") return false;
    const code = startup.message.length >= 8 ? startup.message.readInt32BE(4) : 0;
    if (code === startupCodes.ssl || code === startupCodes.gssEncryption) {
      socket.write(encryptionRefused);
    } else if (code === startupCodes.cancel) {
      // Nothing can interrupt PGlite within a statement.
      return false;
    } else if (code >>> 16 === startupCodes.protocol3 >>> 16) {
      socket.write(session.greeting);
      return true;
    } else {
      throw new MessageFramingError("only version 3 of the protocol is spoken here");
    }
  }
}

/** Serves one turn; false when the connection is over. The session is idle afterwards. */
async function holdTurn(
  first: Buffer,
  socket: Socket,
  reader: Reader,
  parts: GateParts,
): Promise<boolean> {
  const { session, idleTimeoutMs } = parts;
  if (parts.changeHolder(socket)) await session.forget();
  let message = first;
  try {
    for (;;) {
      const status = await runMessage(message, socket, session);
      if (status === "I") return true;
      const next = await nextInTurn(reader, idleTimeoutMs);
      if (next.kind === "quiet") sayAndClose(socket, silenceError(idleTimeoutMs));
      if (next.kind !== "message" || messageType(next.message) === "X") {
        await session.rollBack();
        return false;
      }
      message = next.message;
    }
  } catch (error) {
    if (error instanceof MessageFramingError) await session.rollBack();
    throw error;
  }
}

async function nextInTurn(reader: Reader, quietMs: number): Promise<ReadResult> {
  for (;;) {
    const next = await reader.next(quietMs);
    if (next.kind !== "message" || !copyMessages.has(messageType(next.message))) return next;
  }
}

async function runMessage(message: Buffer, socket: Socket, session: PostgresSession) {
  const type = messageType(message);
  // PGlite answers an unknown type by never returning.
  if (!knownMessages.has(type)) throw new MessageFramingError(`unknown message type ${type}`);
  socket.cork();
  try {
    if (type === "P" && parsedStatementName(message) !== "") {
      return await refuseStatement(socket, session);
    }
    return await session.run(message, (chunk) => socket.write(chunk));
  } finally {
    socket.uncork();
  }
}

/**
 * All connections share the session's names, so one would execute another's statement. The Bind
 * of a statement that nobody has puts the database in the state that follows an error; its answer
 * (none, when the pipeline has failed before) is worded anew.
 */
async function refuseStatement(socket: Socket, session: PostgresSession) {
  let failedBefore = true;
  const status = await session.run(encodeBind("refused by the gate"), () => {
    failedBefore = false;
  });
  if (!failedBefore) socket.write(encodeError(namedStatementError));
  return status;
}

const knownMessages = new Set(["Q", "P", "B", "D", "E", "C", "H", "S", "F"]);
const copyMessages = new Set(["d", "c", "f"]);

const namedStatementError: PostgresErrorFields = {
  severity: "ERROR",
  sqlState: "0A000",
  message: "the embedded database serves no named prepared statements; leave the name empty",
};

function silenceError(idleTimeoutMs: number): PostgresErrorFields {
  return {
    severity: "FATAL",
    sqlState: "25P03",
    message: `rolled back: silent for ${idleTimeoutMs / 1000} s within a transaction, while others wait for the embedded database`,
  };
}

function sayAndClose(socket: Socket, error: PostgresErrorFields): void {
  socket.end(encodeError(error));
}
