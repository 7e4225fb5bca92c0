import type { ColumnMapping } from './column-mapping.ts';
import { codeMappings } from './mappings/code.ts';
import { mathMappings } from './mappings/math.ts';
import { puzzleMappings } from './mappings/puzzles.ts';
import { recordMappings } from './mappings/records.ts';

/** The layouts that are recognised by their columns. Where several fit a file, the one that keeps most rows is taken, ties by this order. */
export const knownMappings: readonly ColumnMapping[] = [...recordMappings, ...puzzleMappings, ...codeMappings, ...mathMappings];
