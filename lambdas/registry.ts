import { dynamoRegistry } from "../shared/registry/dynamo-registry.ts";
import { documents, environment } from "./container.ts";

export const registry = dynamoRegistry(documents, { table: environment.ledgerTable });
