import type { DataError } from './data-error.ts';

/**
 * What a reader does with a row (or the rest of a file) that cannot be read: absent, it throws; given, it is told and goes on with the
 * next row. Whoever gives one must list what it was told, so that no set becomes smaller unseen.
 */
export type OnRowError = (error: DataError) => void;
