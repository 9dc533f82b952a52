/** Says why a command ends: one line on stderr, and with `--json` one object on stdout too. */
export function printError(line: string, exitCode: 1 | 2): void {
  process.stderr.write(`gsc-sync: ${line}\n`);
  printErrorAsJson(line, exitCode);
}

/** Where the line stands on stderr already. Whoever reads the last line as JSON reads it then too. */
export function printErrorAsJson(error: string, exitCode: 1 | 2): void {
  if (!process.argv.includes("--json")) return;
  process.stdout.write(`${JSON.stringify({ error, exitCode })}\n`);
}
