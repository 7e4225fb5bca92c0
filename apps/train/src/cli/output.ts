/** Where a command's words and figures go: with --json prose goes to stderr and stdout ends in one JSON object. */
export interface Output {
  readonly json: boolean;
  /** The stream that prose and progress go to. */
  readonly prose: NodeJS.WriteStream;
  /** One or more lines for people. */
  say(text: string): void;
  /** The command's result; printed with --json only. */
  result(value: object): void;
  /** One JSON object a line on stdout whatever the flags: for commands whose output is a stream of records. */
  record(value: object): void;
}

export function createOutput(json: boolean): Output {
  const prose = json ? process.stderr : process.stdout;
  return {
    json,
    prose,
    say: (text) => void prose.write(`${text}\n`),
    result: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
    record: (value) => void process.stdout.write(`${JSON.stringify(value)}\n`),
  };
}
