import type { Arena, Device, DeviceBuffer } from '@or1/compute';
import { EMBEDDING, parameterShapes, type TensorShape } from '../config-tensors.ts';
import type { ModelConfig } from '../config-types.ts';
import type { TensorReader } from '../folder-types.ts';

interface Placement {
  readonly start: number;
  readonly length: number;
}

/**
 * Where every parameter stands in one flat buffer. The weights of query, key and value (and their biases), and those of gate and up,
 * stand next to each other, so that each trio or pair is one matrix to the kernels. Gradients and moments use the same layout.
 */
export class ParameterLayout {
  readonly length: number;
  private readonly placements = new Map<string, Placement>();
  readonly shapes: readonly TensorShape[];

  constructor(config: ModelConfig) {
    this.shapes = parameterShapes(config);
    let start = 0;
    for (const { name, shape } of [...this.shapes].sort((a, b) => fusionRank(a.name) - fusionRank(b.name))) {
      const length = shape.reduce((product, size) => product * size, 1);
      this.placements.set(name, { start, length });
      start += length;
    }
    this.length = start;
  }

  has(name: string): boolean {
    return this.placements.has(name);
  }

  /** The elements of `names`, which must stand next to each other. */
  place(...names: readonly string[]): Placement {
    const parts = names.map((name) => {
      const found = this.placements.get(name);
      if (!found) throw new Error(`there is no parameter "${name}"`);
      return found;
    });
    const start = parts[0]!.start;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (parts.at(-1)!.start + parts.at(-1)!.length !== start + length)
      throw new Error(`parameters ${names.join(', ')} do not stand side by side`);
    return { start, length };
  }
}

/** Orders the parameters of a layer so that those fused into one matrix are neighbours; stable otherwise. */
function fusionRank(name: string): number {
  const layer = /^model\.layers\.(\d+)\.(.+)$/.exec(name);
  if (!layer) return name === EMBEDDING ? -1 : Number.MAX_SAFE_INTEGER;
  const order = [
    'input_layernorm.weight',
    'self_attn.q_proj.weight',
    'self_attn.k_proj.weight',
    'self_attn.v_proj.weight',
    'self_attn.q_proj.bias',
    'self_attn.k_proj.bias',
    'self_attn.v_proj.bias',
    'self_attn.q_norm.weight',
    'self_attn.k_norm.weight',
    'self_attn.o_proj.weight',
    'self_attn.o_proj.bias',
    'post_attention_layernorm.weight',
    'mlp.gate_proj.weight',
    'mlp.up_proj.weight',
    'mlp.gate_proj.bias',
    'mlp.up_proj.bias',
    'mlp.down_proj.weight',
    'mlp.down_proj.bias',
  ];
  const at = order.indexOf(layer[2]!);
  if (at < 0) throw new Error(`parameter "${name}" has no place in the layout`);
  return Number(layer[1]) * order.length + at;
}

/** One flat device buffer of parameters, gradients or moments, addressed by parameter name. */
export class ParameterBuffer implements TensorReader {
  constructor(
    private readonly device: Device,
    readonly layout: ParameterLayout,
    readonly all: DeviceBuffer,
  ) {}

  static allocate(device: Device, layout: ParameterLayout, arena: Arena, label: string): ParameterBuffer {
    return new ParameterBuffer(device, layout, arena.allocate('f32', layout.length, label));
  }

  /** A view of the named parameters, which must stand next to each other. */
  slice(...names: readonly string[]): DeviceBuffer {
    const { start, length } = this.layout.place(...names);
    return this.all.slice(start, length);
  }

  /** The same, or undefined where the model has no such parameter. */
  optional(...names: readonly string[]): DeviceBuffer | undefined {
    return this.layout.has(names[0]!) ? this.slice(...names) : undefined;
  }

  async read(name: string): Promise<Float32Array<ArrayBuffer>> {
    const view = this.slice(name);
    const values = new Float32Array(view.length);
    await this.device.read(view, values);
    return values;
  }

  async load(tensors: TensorReader): Promise<void> {
    for (const { name } of this.layout.shapes) {
      const values = await tensors.read(name);
      const view = this.slice(name);
      if (values.length !== view.length) throw new Error(`tensor "${name}" has ${values.length} elements, the model needs ${view.length}`);
      this.device.write(view, values);
    }
  }
}
