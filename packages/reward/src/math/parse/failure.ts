/** The source is not mathematics that the parser knows; the message says why and where. */
export class ParseFailure extends Error {
  constructor(message: string, position: number) {
    super(`${message} at character ${position}`);
    this.name = 'ParseFailure';
  }
}
