import { createLogUpdate } from "log-update";
import type { ProgressSnapshot } from "./views/progress-figures.ts";
import { progressBlock, progressLine } from "./views/progress-view.ts";

/** Prints for a command: results go to stdout, all else to stderr. */
export type Terminal = {
  /** How wide text for `result` may be (Infinity when stdout is no terminal), and its colour. */
  readonly width: number;
  readonly colour: boolean;
  /** Shows how far a run is: a block that is redrawn in place, or now and then a line in a log. */
  progress(snapshot: ProgressSnapshot): void;
  /** Removes the live block and restores the cursor. `result` and the process's exit do so too. */
  endProgress(): void;
  /** A line or more for the person, above the live block. */
  notice(text: string): void;
  /** Prints the command's result: the text, or with `json` the one JSON object. */
  result(text: string, jsonValue: unknown): void;
};

export type TerminalStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  hasColors?(): boolean;
};

export type TerminalOptions = {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  readonly json: boolean;
  /** A terminal that cannot move its cursor (`TERM=dumb`) gets lines. */
  readonly dumb?: boolean;
};

/** The terminal of this process. */
export function commandTerminal(json: boolean): Terminal {
  return createTerminal({ stdout: process.stdout, stderr: process.stderr, json });
}

export function createTerminal(options: TerminalOptions): Terminal {
  const { stdout, stderr, json, dumb = process.env.TERM === "dumb" } = options;
  // Nobody reads any more (`| head`): that ends neither a run nor the servers that others use.
  ignoreLostReader(stdout);
  ignoreLostReader(stderr);
  const display = stderr.isTTY === true && !dumb ? liveBlock(stderr) : plainLines(stderr);

  return {
    get width() {
      return stdout.isTTY === true ? terminalColumns(stdout) : Number.POSITIVE_INFINITY;
    },
    colour: hasColour(stdout),
    progress: display.show,
    endProgress: display.end,
    notice: display.notice,
    result(text, jsonValue) {
      display.end();
      stdout.write(json ? `${JSON.stringify(jsonValue)}\n` : `${text}\n`);
    },
  };
}

type ProgressDisplay = {
  show(snapshot: ProgressSnapshot): void;
  notice(text: string): void;
  end(): void;
};

const redrawMs = 125;

/** Redrawn by its own clock, so that times tick on however seldom the run is read. */
function liveBlock(stderr: TerminalStream): ProgressDisplay {
  const block = createLogUpdate(stderr);
  let latest: ProgressSnapshot | undefined;
  let ticking: NodeJS.Timeout | undefined;

  function draw(): void {
    if (latest === undefined) return;
    // One column less: in the last one some terminals wrap at once.
    const width = Math.max(terminalColumns(stderr) - 1, 1);
    block(progressBlock(latest, { width, colour: hasColour(stderr), nowMs: Date.now() }));
  }

  function end(): void {
    if (ticking === undefined) return;
    clearInterval(ticking);
    process.off("exit", end);
    ticking = undefined;
    latest = undefined;
    block.clear();
    block.done();
  }

  return {
    show(snapshot) {
      latest = snapshot;
      if (ticking !== undefined) return;
      ticking = setInterval(draw, redrawMs);
      ticking.unref();
      process.once("exit", end);
      draw();
    },
    notice(text) {
      if (ticking !== undefined) block.clear();
      stderr.write(`${text}\n`);
      draw();
    },
    end,
  };
}

const lineEveryMs = 5_000;

function plainLines(stderr: TerminalStream): ProgressDisplay {
  let lastAtMs = Number.NEGATIVE_INFINITY;
  let lastStatus = "";
  return {
    show(snapshot) {
      const nowMs = Date.now();
      const { status } = snapshot.run;
      if (status === lastStatus && nowMs - lastAtMs < lineEveryMs) return;
      lastAtMs = nowMs;
      lastStatus = status;
      stderr.write(`${progressLine(snapshot, nowMs)}\n`);
    },
    notice(text) {
      stderr.write(`${text}\n`);
    },
    end() {},
  };
}

function ignoreLostReader(stream: TerminalStream): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") throw error;
  });
}

/** A terminal that does not know its width (a serial line, some CI) says 0. */
function terminalColumns(stream: TerminalStream): number {
  return stream.columns || 80;
}

/** `hasColors` of a TTY knows NO_COLOR, FORCE_COLOR and what TERM can do. */
function hasColour(stream: TerminalStream): boolean {
  return stream.isTTY === true && stream.hasColors?.() === true;
}
