import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { listenOnLoopback } from "../processes/listen-on-loopback.ts";
import { guardServer } from "./request-guard.ts";

export type AwsJsonServer = {
  readonly url: string;
  close(): Promise<void>;
};

export type AwsJsonRequest = {
  /** `x-amz-target`: the service and the operation. */
  readonly target: string;
  readonly body: unknown;
};

/** What the service refuses a request with: HTTP 400 and the type by which SDKs know it. */
export class AwsJsonError extends Error {
  readonly code = "AWS_JSON_API";
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.name = "AwsJsonError";
    this.type = type;
  }
}

/**
 * Speaks an AWS JSON protocol on 127.0.0.1: a POST names its operation in a header.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 */
export async function startAwsJsonServer(options: {
  readonly version: "1.0" | "1.1";
  /** The type of a fault that is no AwsJsonError: HTTP 500. */
  readonly faultType: string;
  readonly answer: (request: AwsJsonRequest) => object | Promise<object>;
  /** The access key that requests are signed with; absent: any. */
  readonly key?: string | undefined;
}): Promise<AwsJsonServer> {
  const server = createServer((request, response) => {
    read(request)
      .then(options.answer)
      .then(
        (body) => reply(200, body),
        (error: unknown) =>
          error instanceof AwsJsonError
            ? reply(400, { __type: error.type, message: error.message })
            : reply(500, { __type: options.faultType, message: String(error) }),
      );
    function reply(status: number, body: object): void {
      response.writeHead(status, {
        "content-type": `application/x-amz-json-${options.version}`,
        "x-amzn-requestid": randomUUID(),
      });
      response.end(JSON.stringify(body));
    }
  });
  guardServer(server, options.key);
  const port = await listenOnLoopback(server);
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export function unknownOperation(target: string): AwsJsonError {
  return new AwsJsonError("UnknownOperationException", `local mode has no ${target}`);
}

async function read(request: IncomingMessage): Promise<AwsJsonRequest> {
  let text = "";
  request.setEncoding("utf8");
  for await (const chunk of request) text += chunk;
  const target = String(request.headers["x-amz-target"]);
  try {
    return { target, body: JSON.parse(text) };
  } catch (cause) {
    throw new AwsJsonError("SerializationException", `the body is no JSON: ${String(cause)}`);
  }
}
