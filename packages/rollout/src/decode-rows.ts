import type { Arena, Device, DeviceBuffer } from '@or1/compute';
import { RowBatch } from '@or1/model';
import type { ActiveSample } from './schedule.ts';
import type { GenerationRequest } from './types.ts';

/** Where a sample's tokens stand in the cache. */
export interface SamplePlace {
  readonly prefixStart: number;
  readonly ownStart: number;
}

/**
 * The rows that are decoded side by side, on the host and on the device. A row belongs to one sample until that sample is over; the
 * device moves rows on from token to token by itself, so the host writes a row only when it changes hands, or when rows close up.
 */
export class DecodeRows {
  readonly batch: RowBatch;
  readonly prompts: DeviceBuffer;
  readonly samples: DeviceBuffer;
  /** Tokens that each row may still draw. */
  readonly remaining: DeviceBuffer;
  /** Whose row it is, those that are over included. */
  readonly owners: ActiveSample[] = [];
  private readonly columns: { readonly host: Uint32Array; readonly device: DeviceBuffer }[];

  constructor(
    private readonly device: Device,
    arena: Arena,
    capacity: number,
    private readonly placeOf: (sample: ActiveSample) => SamplePlace,
  ) {
    this.batch = new RowBatch(device, arena, capacity);
    this.columns = ['prompt keys', 'sample numbers', 'remaining tokens'].map((label) => ({
      host: new Uint32Array(capacity),
      device: arena.allocate('u32', capacity, label),
    }));
    [this.prompts, this.samples, this.remaining] = this.columns.map((column) => column.device) as [
      DeviceBuffer,
      DeviceBuffer,
      DeviceBuffer,
    ];
  }

  static bytes(device: Device, capacity: number): number {
    return RowBatch.bytes(device, capacity) + 3 * device.bytesFor('u32', capacity);
  }

  get count(): number {
    return this.owners.length;
  }

  /** Closes the rows up to those of `active`. The host must know every token of theirs that was drawn. */
  reset(active: readonly ActiveSample[], request: GenerationRequest): void {
    this.owners.length = 0;
    this.batch.clear();
    for (const sample of active) this.set(this.owners.length, sample, request);
    this.upload(0, this.owners.length);
  }

  /** Gives each sample the row that had its slot before, or a new one. */
  place(admitted: readonly ActiveSample[], request: GenerationRequest): void {
    const rows = admitted.map((sample) => {
      const found = this.owners.findIndex(({ slot }) => slot === sample.slot);
      const row = found < 0 ? this.owners.length : found;
      this.set(row, sample, request);
      return row;
    });
    rows.sort((a, b) => a - b);
    for (const { start, end } of runs(rows)) this.upload(start, end);
  }

  private set(row: number, sample: ActiveSample, request: GenerationRequest): void {
    const { tokens: prompt, key } = request.prompts[sample.prompt]!;
    const { length } = sample;
    const { prefixStart, ownStart } = this.placeOf(sample);
    this.owners[row] = sample;
    this.batch.set(row, {
      // Before its first token a row may run the prompt's last one once more: that changes nothing but its own slot.
      id: length === 0 ? prompt.at(-1)! : sample.tokens[length - 1]!,
      position: prompt.length + length - 1,
      slot: ownStart + Math.max(0, length - 1),
      prefixStart,
      prefixLength: prompt.length,
      ownStart,
      ownLength: length,
    });
    this.columns[0]!.host[row] = key;
    this.columns[1]!.host[row] = sample.sample;
    this.columns[2]!.host[row] = request.contextLength - length;
  }

  private upload(start: number, end: number): void {
    this.batch.upload(start, end);
    for (const { host, device } of this.columns) this.device.write(device, host.subarray(start, end), start);
  }
}

/** Runs of consecutive numbers in a rising list. */
export function runs(numbers: readonly number[]): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last?.end === number) last.end++;
    else found.push({ start: number, end: number + 1 });
  }
  return found;
}
