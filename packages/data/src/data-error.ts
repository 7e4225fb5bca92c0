/** Bad input: one line that says what is wrong, where (`file:line` or `file row n`) and how to mend it. */
export class DataError extends Error {
  override readonly name = 'DataError';
  /** `file:line` or `file row n`; the file alone where the whole file is at fault. */
  readonly place: string;

  constructor(place: string, what: string, remedy: string, options?: ErrorOptions) {
    super(`${place}: ${what}; ${remedy}`, options);
    this.place = place;
  }
}
