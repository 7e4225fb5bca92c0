import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';

/** What the figures were taken on. */
export interface MachineDescription {
  readonly cpu: string;
  readonly cores: number;
  readonly memory_bytes: number;
  readonly system: string;
  readonly bun: string;
  readonly commit: string | null;
  readonly date: string;
  /** Programs that wanted to run, averaged over a minute, before and after; above the number of cores the figures are disturbed. */
  readonly load: { readonly start: number; readonly end: number };
}

function commitOfCheckout(): string | null {
  const git = Bun.which('git');
  if (git === null) return null;
  const { exitCode, stdout } = Bun.spawnSync([git, 'rev-parse', '--short', 'HEAD'], { cwd: join(import.meta.dir, '..') });
  return exitCode === 0 ? stdout.toString().trim() : null;
}

export function loadNow(): number {
  return loadavg()[0]!;
}

/** Describes this machine; `startLoad` is what `loadNow` said before the first benchmark. */
export function describeMachine(startLoad: number): MachineDescription {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memory_bytes: totalmem(),
    system: `${type()} ${release()} ${arch()}`,
    bun: Bun.version,
    commit: commitOfCheckout(),
    date: new Date().toISOString(),
    load: { start: startLoad, end: loadNow() },
  };
}
