/**
 * The parts of the Postgres wire protocol (3.0) that the gate itself speaks; all else it passes
 * on unread. Source: https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

/** ReadyForQuery's status: idle, in a transaction, in a failed transaction. */
export type TransactionStatus = "I" | "T" | "E";

/** What a client may ask before the session starts; the codes stand where the version would. */
export const startupCodes = {
  protocol3: 196_608,
  ssl: 80_877_103,
  gssEncryption: 80_877_104,
  cancel: 80_877_102,
} as const;

/** Answer to a request for encryption that is not offered. */
export const encryptionRefused = Buffer.from("N");

export type PostgresErrorFields = {
  readonly severity: "ERROR" | "FATAL";
  readonly sqlState: string;
  readonly message: string;
};

export function encodeError({ severity, sqlState, message }: PostgresErrorFields): Buffer {
  const fields = [`S${severity}`, `V${severity}`, `C${sqlState}`, `M${message}`];
  return encodeMessage("E", ...fields.map(text), Buffer.alloc(1));
}

export function encodeQuery(sql: string): Buffer {
  return encodeMessage("Q", text(sql));
}

export function encodeCopyFail(reason: string): Buffer {
  return encodeMessage("f", text(reason));
}

export function encodeSync(): Buffer {
  return encodeMessage("S");
}

/** Bind of a prepared statement, without parameters, to the unnamed portal. */
export function encodeBind(statementName: string): Buffer {
  return encodeMessage("B", text(""), text(statementName), Buffer.alloc(6));
}

/** A startup packet: the one message without a type byte. */
export function encodeStartup(parameters: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(parameters).flatMap(([name, value]) => [text(name), text(value)]);
  const body = Buffer.concat([int32(startupCodes.protocol3), ...pairs, Buffer.alloc(1)]);
  return Buffer.concat([int32(body.length + 4), body]);
}

export function messageType(message: Buffer): string {
  return String.fromCharCode(message[0] ?? 0);
}

/** Name that a Parse message gives its statement; "" is the unnamed one. */
export function parsedStatementName(parse: Buffer): string {
  return parse.toString("utf8", 5, Math.max(5, parse.indexOf(0, 5)));
}

function encodeMessage(type: string, ...body: readonly Buffer[]): Buffer {
  const length = body.reduce((sum, part) => sum + part.length, 4);
  return Buffer.concat([Buffer.from(type, "latin1"), int32(length), ...body]);
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`, "utf8");
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
