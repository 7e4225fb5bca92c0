import type { DeviceBuffer } from '../device.ts';
import type { LinearBuffer } from './memory.ts';

/** Memory that a row-wise command touches, as pairs: an address and the bytes of a row there, or minus all bytes where no row owns them. */
export type Touched = readonly number[];

/** A buffer whose row r is elements r * width … (r + 1) * width - 1. */
export function perRow(buffer: DeviceBuffer | undefined, width: number): Touched {
  return buffer ? [(buffer as LinearBuffer).address, 4 * width] : [];
}

/** A buffer of which a row may read or write any part. */
export function whole(buffer: DeviceBuffer | undefined): Touched {
  return buffer ? [(buffer as LinearBuffer).address, -4 * buffer.length] : [];
}

/**
 * A run of commands that each treat every row by itself, over the same rows. A thread takes a few rows through all of them: nobody waits
 * between two commands and the rows stay in the core's cache. That gives the same result as one command after the other as long as no
 * row touches memory of another's, which is what is checked here, command by command.
 */
export class Chain {
  rows = 0;
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly rowBytes: number[] = [];

  /** Ends the chain. */
  clear(): void {
    this.rows = 0;
    this.starts.length = 0;
    this.ends.length = 0;
    this.rowBytes.length = 0;
  }

  /** Begins a chain with a command. */
  begin(rows: number, touched: Touched): void {
    this.clear();
    this.rows = rows;
    this.add(touched);
  }

  /** Takes a command into the chain, or leaves the chain as it is and returns false. */
  take(rows: number, touched: Touched): boolean {
    if (rows !== this.rows) return false;
    for (let at = 0; at < touched.length; at += 2) {
      const start = touched[at]!;
      const bytes = touched[at + 1]!;
      const end = start + this.length(bytes);
      for (let i = 0; i < this.starts.length; i++) {
        const sameRows = bytes > 0 && this.starts[i] === start && this.rowBytes[i] === bytes;
        if (!sameRows && start < this.ends[i]! && this.starts[i]! < end) return false;
      }
    }
    this.add(touched);
    return true;
  }

  private length(bytes: number): number {
    return bytes < 0 ? -bytes : bytes * this.rows;
  }

  private add(touched: Touched): void {
    for (let at = 0; at < touched.length; at += 2) {
      this.starts.push(touched[at]!);
      this.ends.push(touched[at]! + this.length(touched[at + 1]!));
      this.rowBytes.push(touched[at + 1]!);
    }
  }
}
