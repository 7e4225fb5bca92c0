/** The caller's input is wrong: the message is one line that says what, where and how to mend it. The command line exits with 2. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** The work stopped because its signal was aborted; the run folder holds a checkpoint. The command line exits with 130. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}
