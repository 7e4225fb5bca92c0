import { SEGMENT_ALIGNMENT } from '@or1/compute';
import type { TrainingGroup } from '../learner-types.ts';
import type { RowBatch } from './row-batch.ts';

/** Some consecutive responses of one group that are run together with one copy of their prompt. */
export interface Family {
  readonly group: number;
  readonly firstResponse: number;
  /** One past the last. */
  readonly endResponse: number;
}

/** Families that are run at once, and which tokens of the flat response-token order they score. */
export interface MicroBatch {
  readonly families: readonly Family[];
  readonly start: number;
  readonly end: number;
  readonly rows: number;
}

const aligned = (count: number) => Math.ceil(count / SEGMENT_ALIGNMENT) * SEGMENT_ALIGNMENT;

/**
 * Packs groups into micro-batches of at most `capacity` cache slots (one a token, segments aligned), in order and without padding
 * rows: whole groups where they fit, else runs of a group's responses, each run with its own copy of the prompt. Neither rows nor
 * scored tokens exceed the slots.
 */
export function planMicroBatches(groups: readonly TrainingGroup[], capacity: number): MicroBatch[] {
  const batches: MicroBatch[] = [];
  let families: Family[] = [];
  let rows = 0;
  let start = 0;
  let end = 0;
  const close = () => {
    if (families.length > 0) batches.push({ families, start, end, rows });
    families = [];
    rows = 0;
    start = end;
  };
  groups.forEach((group, index) => {
    if (group.prompt.length === 0)
      throw new RangeError(`group ${index} has an empty prompt; a response needs at least one token before it`);
    const promptRows = aligned(group.prompt.length);
    const sizes = group.responses.map((response) => aligned(response.length));
    const whole = sizes.reduce((sum, size) => sum + size, promptRows);
    if (rows + whole > capacity) close();
    let firstResponse = 0;
    let size = promptRows;
    group.responses.forEach((response, at) => {
      if (promptRows + sizes[at]! > capacity) {
        throw new RangeError(
          `prompt and response of ${group.prompt.length + response.length} tokens do not fit a micro-batch of ${capacity} rows; raise microBatchRows`,
        );
      }
      if (size + sizes[at]! > capacity) {
        families.push({ group: index, firstResponse, endResponse: at });
        rows += size;
        close();
        firstResponse = at;
        size = promptRows;
      }
      size += sizes[at]!;
      end += response.length;
    });
    families.push({ group: index, firstResponse, endResponse: group.responses.length });
    rows += size;
  });
  close();
  return batches;
}

/** Tokens to score: which row predicts them. */
export interface Predictions {
  /** Row whose hidden state predicts the token, one a scored token in flat order. */
  readonly rows: Uint32Array;
  readonly targets: Uint32Array;
  /** Borders of the families among the rows, one more than there are families. */
  readonly familyStart: Uint32Array;
}

/** Fills `batch` with the rows of a micro-batch and lists what they predict. */
export function layOutRows(groups: readonly TrainingGroup[], micro: MicroBatch, batch: RowBatch): Predictions {
  batch.clear();
  const count = micro.end - micro.start;
  const rows = new Uint32Array(count);
  const targets = new Uint32Array(count);
  const familyStart = new Uint32Array(micro.families.length + 1);
  let slot = 0;
  let scored = 0;
  micro.families.forEach((family, index) => {
    const { prompt, responses } = groups[family.group]!;
    const prefixStart = slot;
    prompt.forEach((id, position) => {
      batch.add({ id, position, slot: prefixStart + position, prefixStart, prefixLength: position + 1, ownStart: 0, ownLength: 0 });
    });
    const lastPromptRow = batch.count - 1;
    slot += aligned(prompt.length);
    for (let at = family.firstResponse; at < family.endResponse; at++) {
      const response = responses[at]!;
      const ownStart = slot;
      response.forEach((target, token) => {
        rows[scored] = token === 0 ? lastPromptRow : batch.count - 1;
        targets[scored++] = target;
        // The last token is predicted but never read: a response of n tokens takes n - 1 rows.
        if (token === response.length - 1) return;
        const place = { slot: ownStart + token, prefixStart, prefixLength: prompt.length, ownStart, ownLength: token + 1 };
        batch.add({ id: target, position: prompt.length + token, ...place });
      });
      slot += aligned(response.length);
    }
    familyStart[index + 1] = batch.count;
  });
  return { rows, targets, familyStart };
}
