import { Command, Option } from "commander";
import { type FaultRule, faultKinds } from "../../sample-search-console/faults.ts";
import { sampleProperties } from "../../sample-search-console/sample-properties.ts";
import {
  type SampleSearchConsole,
  startSampleSearchConsole,
} from "../../sample-search-console/sample-search-console.ts";
import type { Tokens } from "../../sample-search-console/sign-in.ts";
import { errorMessage } from "../../shared/lib/error-message.ts";
import { searchTypes } from "../../shared/request/report.ts";
import { rootUrlFault } from "../../shared/search-console/root-url.ts";
import {
  homeStageOption,
  jsonOption,
  pacificDate,
  siteUrlOption,
  wholeNumber,
} from "../options/options.ts";
import { CommandError, UsageError } from "../output/errors.ts";

/** `gsc-sync sample-server`: runs until a signal, or until the process that started it is gone. */
export function sampleServerCommand(): Command {
  return new Command("sample-server")
    .description("run a sample Search Console on this machine, to try everything without Google")
    .option("--port <n>", "listen here; 0 takes a free port", wholeNumber("--port", 0, 65_535), 0)
    .option("--seed <n>", "the same seed, the same rows", wholeNumber("--seed", 0, 2 ** 31), 1)
    .option(
      "--latency-ms <n>",
      "median time an answer takes, with a long tail",
      wholeNumber("--latency-ms", 0, 60_000),
      0,
    )
    .option(
      "--qpm <n>",
      "requests a property may send in any 60 seconds",
      wholeNumber("--qpm", 1, 1_000_000),
      1_200,
    )
    .addOption(faultOption())
    .addOption(tokenOption())
    .addOption(homeStageOption("sample-server"))
    .addOption(jsonOption())
    .action(runServer)
    .addCommand(truthCommand())
    .addCommand(seenCommand());
}

type ServerOptions = {
  readonly port: number;
  readonly seed: number;
  readonly latencyMs: number;
  readonly qpm: number;
  readonly fault?: readonly FaultRule[];
  readonly token?: Tokens;
  readonly json: boolean;
};

async function runServer(options: ServerOptions): Promise<void> {
  const ended = untilEnded();
  const server = await start(options);
  const forPeople = options.json ? process.stderr : process.stdout;
  forPeople.write(welcome(server.url));
  if (options.json) {
    const properties = sampleProperties.map((property) => property.siteUrl);
    process.stdout.write(
      `${JSON.stringify({ url: server.url, properties, seed: options.seed })}\n`,
    );
  }
  await ended;
  await server.stop();
}

async function start(options: ServerOptions): Promise<SampleSearchConsole> {
  try {
    const { fault, token, ...rest } = options;
    return await startSampleSearchConsole({
      ...rest,
      ...(fault === undefined ? {} : { faults: fault }),
      ...(token === undefined ? {} : { tokens: token }),
    });
  } catch (cause) {
    throw new CommandError(
      `the sample server cannot listen on port ${options.port}: ${errorMessage(cause)}`,
      {
        cause,
      },
    );
  }
}

function welcome(url: string): string {
  const width = Math.max(...sampleProperties.map((property) => property.siteUrl.length));
  const properties = sampleProperties.map(
    (property) => `  ${property.siteUrl.padEnd(width)}  ${property.description}\n`,
  );
  return [
    `Sample Search Console at ${url} (Ctrl-C ends it)\n`,
    `Try: GSC_API_ROOT_URL=${url} npx gsc-sync backfill --site-url sc-domain:sample.example --days 30\n`,
    ...properties,
  ].join("");
}

/** Resolves at the first signal, or when the parent's channel closes: no server outlives it. */
function untilEnded(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.once(signal, () => resolve());
    process.once("disconnect", () => resolve());
  });
}

function truthCommand(): Command {
  return new Command("truth")
    .description("print every row that a running sample server has for a day, as one JSON object")
    .requiredOption("--url <url>", "where it runs", serverUrl)
    .addOption(siteUrlOption().makeOptionMandatory())
    .requiredOption("--date <date>", "a Pacific date", pacificDate("--date"))
    .option("--dimensions <list>", "separated by commas", "page,query")
    .addOption(new Option("--search-type <type>").choices(searchTypes).default("web"))
    .addOption(
      new Option("--data-state <state>").choices(["final", "all", "hourly_all"]).default("final"),
    )
    .addOption(jsonOption())
    .exitOverride()
    .action(async (options: TruthOptions) => {
      const { siteUrl, date, dimensions, searchType, dataState } = options;
      const query = new URLSearchParams({ siteUrl, date, dimensions, searchType, dataState });
      await printAnswer(options.url, `sample/truth?${query}`);
    });
}

type TruthOptions = {
  readonly url: string;
  readonly siteUrl: string;
  readonly date: string;
  readonly dimensions: string;
  readonly searchType: string;
  readonly dataState: string;
};

function seenCommand(): Command {
  return new Command("seen")
    .description(
      "print what a running sample server saw: requests, refusals, the highest rolling minute",
    )
    .requiredOption("--url <url>", "where it runs", serverUrl)
    .addOption(jsonOption())
    .exitOverride()
    .action((options: { readonly url: string }) => printAnswer(options.url, "sample/seen"));
}

function serverUrl(text: string): string {
  const fault = rootUrlFault(text);
  if (fault !== undefined) throw new UsageError(`--url: ${fault}`);
  return text.endsWith("/") ? text : `${text}/`;
}

/** Prints the answer's one line of JSON, with or without --json. */
async function printAnswer(url: string, path: string): Promise<void> {
  const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(10_000) }).catch(
    (cause: unknown) => {
      throw new CommandError(`no sample server answers at ${url}`, { cause });
    },
  );
  const body = await response.text();
  if (!response.ok) {
    throw new CommandError(`${url} answered HTTP ${response.status}: ${body.slice(0, 300)}`);
  }
  process.stdout.write(`${body}\n`);
}

/** `--fault 503:0.05`; may be given several times. */
function faultOption(): Option {
  return new Option(
    "--fault <kind:share>",
    `let a share of the queries go wrong, like 503:0.05; may be given several times (${faultKinds.join(", ")})`,
  ).argParser((text: string, earlier: readonly FaultRule[] | undefined) => {
    const [name = "", share = "1", ...more] = text.split(":");
    const kind = faultKinds.find((each) => each === name);
    const isShare = /^(0|1|0?\.\d+|1\.0+)$/.test(share);
    if (kind === undefined || !isShare || more.length > 0) {
      throw new UsageError(
        `--fault ${text} is not a fault: write a kind and a share from 0 to 1, like 503:0.05 (kinds: ${faultKinds.join(", ")})`,
      );
    }
    return [...(earlier ?? []), { kind, share: Number(share) }];
  });
}

/** `--token T` opens every property, `--token T=SITE,SITE` those. */
function tokenOption(): Option {
  return new Option(
    "--token <token>",
    "let in only those with this bearer token; T=SITE,SITE opens these properties only",
  ).argParser((text: string, earlier: Tokens | undefined) => {
    const [token = "", ...sites] = text.split("=");
    if (token === "") throw new UsageError("--token is empty: write one, or leave it out");
    const opens: Tokens[string] = sites.length === 0 ? "all" : sites.join("=").split(",");
    return { ...earlier, [token]: opens };
  });
}
