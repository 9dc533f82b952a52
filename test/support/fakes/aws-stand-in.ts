import type { ServerResponse } from "node:http";
import type { StageDescription } from "../../../shared/config/stage-description.ts";
import type { WorkersNow } from "../../../shared/operations/lever/worker-limits.ts";
import { type ReceivedRequest, startWebServer } from "../servers/web-server.ts";

/**
 * As much of SSM, Lambda and STS as the command line asks of them, on 127.0.0.1: a stage's
 * description, its worker's limits, who the caller is. Other services stand elsewhere.
 */
export async function startAwsStandIn() {
  const descriptions = new Map<string, StageDescription>();
  let workers: WorkersNow = { reservedConcurrency: 3, mappingMaximum: 3, mappingEnabled: true };
  /** Operations that are refused, with what. */
  const refusals = new Map<string, string>();

  const server = await startWebServer((response, request) => {
    const operation = operationOf(request);
    const refusal = refusals.get(operation);
    if (refusal !== undefined) return refuse(response, refusal, "you may not");
    const body = parseJson(request.body);
    switch (operation) {
      case "AmazonSSM.GetParameter": {
        const description = descriptions.get(String(body.Name));
        if (description === undefined) return refuse(response, "ParameterNotFound", "none");
        return send(response, { Parameter: { Value: JSON.stringify(description) } });
      }
      case "GetCallerIdentity":
        return sendXml(
          response,
          "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::000000000000:user/on-call</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>",
        );
      case "PUT concurrency":
        workers = { ...workers, reservedConcurrency: Number(body.ReservedConcurrentExecutions) };
        return send(response, body);
      case "GET concurrency":
        return send(response, { ReservedConcurrentExecutions: workers.reservedConcurrency });
      case "PUT mapping":
        workers = {
          ...workers,
          mappingEnabled: body.Enabled === true,
          mappingMaximum: Number(body.ScalingConfig?.MaximumConcurrency),
        };
        return send(response, { State: "Updating" });
      case "GET mapping":
        return send(response, {
          State: workers.mappingEnabled ? "Enabled" : "Disabled",
          ScalingConfig: { MaximumConcurrency: workers.mappingMaximum },
        });
      default:
        return refuse(response, "UnknownOperationException", operation);
    }
  });
  return {
    url: server.url,
    stop: server.stop,
    describe: (name: string, description: StageDescription) => descriptions.set(name, description),
    refuse: (operation: string, type: string) => refusals.set(operation, type),
    allow: () => refusals.clear(),
    workers: () => workers,
  };
}

export type AwsStandIn = Awaited<ReturnType<typeof startAwsStandIn>>;

function operationOf({ method, path, headers, body }: ReceivedRequest): string {
  const target = headers["x-amz-target"];
  if (typeof target === "string") return target;
  const query = new URLSearchParams(body).get("Action");
  if (query !== null) return query;
  return `${method} ${path.includes("event-source-mappings") ? "mapping" : path.split("/").at(-1)}`;
}

// biome-ignore lint/suspicious/noExplicitAny: requests of the SDK's own making
function parseJson(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function send(response: ServerResponse, body: object): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function sendXml(response: ServerResponse, body: string): void {
  response.writeHead(200, { "content-type": "text/xml" }).end(body);
}

function refuse(response: ServerResponse, type: string, message: string): void {
  response
    .writeHead(400, { "content-type": "application/json", "x-amzn-errortype": type })
    .end(JSON.stringify({ __type: type, message }));
}
