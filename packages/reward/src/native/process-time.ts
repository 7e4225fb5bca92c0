/** CPU time of the program at the end of a chain of wrappers, from Linux's /proc. */
import { readFileSync } from 'node:fs';

export interface ProcessTime {
  readonly cpuMs: number;
  /** Runnable or in the kernel; false when it sleeps or waits. */
  readonly running: boolean;
}

/** Linux counts in hundredths of a second for user space, whatever the kernel's own tick. */
const MS_PER_TICK = 10;

/** The last process of the chain that `pid` started (wrappers have one child each); null where it is gone. */
export function innermostChild(pid: number): number | null {
  try {
    for (let current = pid; ; ) {
      const children = readFileSync(`/proc/${current}/task/${current}/children`, 'latin1').trim();
      if (children === '') return current === pid ? null : current;
      current = Number(children.split(' ')[0]);
    }
  } catch {
    // Gone, or a kernel without this file: then nothing is known of its time.
    return null;
  }
}

/** Null where the process is gone. */
export function readProcessTime(pid: number): ProcessTime | null {
  let line: string;
  try {
    line = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // The second field is the program's name in brackets, and may hold anything.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const [state, user, system] = [fields[0], Number(fields[11]), Number(fields[12])];
  return { cpuMs: (user + system) * MS_PER_TICK, running: state === 'R' || state === 'D' };
}
