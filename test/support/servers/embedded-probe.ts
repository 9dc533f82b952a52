import { z } from "zod";
import { StartRefused, serveAsEmbeddedChild } from "../../../local/processes/embedded-child.ts";

/** A child that serves nothing and misbehaves on request. */
await serveAsEmbeddedChild(async (settings) => {
  const { behaviour } = z
    .object({ behaviour: z.enum(["serve", "throw", "refuse", "hang", "busy"]) })
    .parse(settings);
  if (behaviour === "throw") throw new Error("no luck today");
  if (behaviour === "refuse") throw new StartRefused("the disk is on strike");
  if (behaviour === "busy") {
    // Deaf to whatever it is told: it is told nothing before this.
    const loop = () => {
      for (;;);
    };
    process.prependListener("message", loop);
    process.prependListener("disconnect", loop);
  }
  const alive = setInterval(() => {}, 1_000);
  if (behaviour === "hang") await new Promise(() => {});
  return {
    url: "probe://serving",
    async close() {
      clearInterval(alive);
      console.log("closed");
    },
  };
});
