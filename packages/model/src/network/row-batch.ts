import type { Arena, AttentionRows, Device, DeviceBuffer } from '@or1/compute';

/** One token to run: its id, its position in its sequence, where its key and value go, and which cached tokens it attends to. */
export interface Row {
  readonly id: number;
  readonly position: number;
  readonly slot: number;
  readonly prefixStart: number;
  readonly prefixLength: number;
  readonly ownStart: number;
  readonly ownLength: number;
}

/** The host's side of a batch of rows and its copy on the device. */
export class RowBatch {
  readonly ids: DeviceBuffer;
  readonly positions: DeviceBuffer;
  readonly slots: DeviceBuffer;
  readonly context: AttentionRows;
  count = 0;
  private readonly columns: { readonly host: Uint32Array; readonly device: DeviceBuffer }[] = [];

  constructor(
    private readonly device: Device,
    arena: Arena,
    readonly capacity: number,
  ) {
    const column = (label: string): DeviceBuffer => {
      const buffer = arena.allocate('u32', capacity, label);
      this.columns.push({ host: new Uint32Array(capacity), device: buffer });
      return buffer;
    };
    this.ids = column('row ids');
    this.positions = column('row positions');
    this.slots = column('row slots');
    this.context = {
      prefixStart: column('row prefix starts'),
      prefixLength: column('row prefix lengths'),
      ownStart: column('row own starts'),
      ownLength: column('row own lengths'),
    };
  }

  static bytes(device: Device, capacity: number): number {
    return 7 * device.bytesFor('u32', capacity);
  }

  clear(): void {
    this.count = 0;
  }

  add(row: Row): void {
    this.set(this.count, row);
  }

  /** Replaces a row, or appends one where `at` is the count. */
  set(at: number, row: Row): void {
    if (at >= this.capacity) throw new RangeError(`a batch of ${this.capacity} rows is full`);
    this.count = Math.max(this.count, at + 1);
    this.columns[0]!.host[at] = row.id;
    this.columns[1]!.host[at] = row.position;
    this.columns[2]!.host[at] = row.slot;
    this.columns[3]!.host[at] = row.prefixStart;
    this.columns[4]!.host[at] = row.prefixLength;
    this.columns[5]!.host[at] = row.ownStart;
    this.columns[6]!.host[at] = row.ownLength;
  }

  /** Sends the rows from `start` to before `end` to the device; default: all. */
  upload(start = 0, end = this.count): void {
    for (const { host, device } of this.columns) this.device.write(device, host.subarray(start, end), start);
  }
}
