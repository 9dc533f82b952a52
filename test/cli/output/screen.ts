import { Writable } from "node:stream";

/** A terminal's screen: what is left to read after the escape sequences did their work. */
export class Screen extends Writable {
  readonly isTTY = true;
  readonly columns: number;
  readonly rows = 40;
  /** How often something was written. */
  writes = 0;
  #lines: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(columns = 80) {
    super({ decodeStrings: false });
    this.columns = columns;
  }

  hasColors(): boolean {
    return false;
  }

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.writes += 1;
    for (const [token] of String(chunk).matchAll(tokens)) this.#apply(token);
    done();
  }

  /** The lines, without the empty ones at the end. */
  text(): string {
    return this.#lines
      .map((line) =>
        Array.from(line, (character) => character ?? " ")
          .join("")
          .trimEnd(),
      )
      .join("\n")
      .trimEnd();
  }

  #apply(token: string): void {
    const [, digits = "", final] = control.exec(token) ?? [];
    const steps = Number(digits || 1);
    if (token === "\n") {
      this.#row += 1;
      this.#column = 0;
      while (this.#lines.length <= this.#row) this.#lines.push([]);
    } else if (final === "A") this.#row = Math.max(this.#row - steps, 0);
    else if (final === "B") this.#row = Math.min(this.#row + steps, this.#lines.length - 1);
    else if (final === "G") this.#column = steps - 1;
    else if (final === "K" && digits === "2") this.#lines[this.#row] = [];
    else if (final === "K") this.#lines[this.#row]?.splice(this.#column);
    else if (final === "h" || final === "l") return;
    else if (final !== undefined) throw new Error(`the screen does not know ${token.slice(1)}`);
    else {
      const line = this.#lines[this.#row] ?? [];
      line[this.#column] = token;
      this.#column += 1;
    }
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal is driven by them
const tokens = /\u001b\[\??\d*[A-Za-z]|\n|./gsu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal is driven by them
const control = /^\u001b\[\??(\d*)([A-Za-z])$/;
