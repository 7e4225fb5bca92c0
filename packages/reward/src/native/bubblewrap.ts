/** The command line that starts Python inside bubblewrap. */
import { existsSync, lstatSync, readlinkSync } from 'node:fs';

export interface BubblewrapSettings {
  readonly bubblewrap: string;
  readonly python: string;
  /** Folder with the compiled drivers, seen inside as `/or1`. */
  readonly drivers: string;
  readonly temporaryBytes: number;
}

/** `nobody` in every Debian and most other systems. */
export const UNPRIVILEGED = 65534;
/** Where the filter's bytes are open for bubblewrap to read. */
const FILTER_DESCRIPTOR = 3;

/**
 * Nothing of the host is seen but `/usr` (and the links at the root that lead into it), read-only. No /proc, /sys, /dev, /etc or /home;
 * no network; own process numbers; own `/tmp` in memory; no capabilities; an empty environment.
 */
export function bubblewrapCommand(settings: BubblewrapSettings, driver: 'program' | 'judge', mode: string): string[] {
  return [
    settings.bubblewrap,
    ...['--unshare-all', '--die-with-parent', '--new-session', '--clearenv', '--cap-drop', 'ALL', '--hostname', 'sandbox'],
    ...['--uid', String(UNPRIVILEGED), '--gid', String(UNPRIVILEGED)],
    ...['--ro-bind', '/usr', '/usr', ...rootFolders()],
    ...['--ro-bind', settings.drivers, '/or1'],
    ...['--size', String(settings.temporaryBytes), '--tmpfs', '/tmp', '--chdir', '/tmp'],
    ...['--remount-ro', '/', '--seccomp', String(FILTER_DESCRIPTOR)],
    ...['--setenv', 'PYTHONHASHSEED', '0', '--setenv', 'LANG', 'C.UTF-8'],
    ...[settings.python, '-S', '-s', '-P', '-B', '-X', 'utf8', `/or1/${driver}.pyc`, mode],
  ];
}

/** Old and new layouts: `/lib` and its kin are links into `/usr`, or folders of their own. */
function rootFolders(): string[] {
  return ['/lib', '/lib64', '/lib32', '/bin'].flatMap((path) => {
    if (!existsSync(path)) return [];
    return lstatSync(path).isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
  });
}
