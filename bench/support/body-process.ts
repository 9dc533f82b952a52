/** The process behind `body-server.ts`; it ends with the one that started it. */
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import * as z from "zod";
import { pageBody } from "./page-body.ts";

const SettingsSchema = z.object({
  rowsAPage: z.number(),
  urlLength: z.number(),
  pages: z.number().default(1),
});

const settings = SettingsSchema.parse(JSON.parse(process.argv[2] ?? "{}"));
const pages = Array.from({ length: settings.pages }, (_, page) =>
  Buffer.from(pageBody(settings.rowsAPage, settings.urlLength, page * settings.rowsAPage)),
);

const server = createServer(async (request, response) => {
  const { startRow } = z.object({ startRow: z.number() }).parse(JSON.parse(await text(request)));
  const body = pages[Math.floor(startRow / settings.rowsAPage)];
  if (body === undefined) throw new Error(`nothing begins at row ${startRow}`);
  const headers = { "content-type": "application/json", "content-length": body.length };
  response.writeHead(200, headers).end(body);
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  process.send?.({ url: `http://127.0.0.1:${address.port}` });
});
process.on("disconnect", () => process.exit());
