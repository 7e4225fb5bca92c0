/** Compiled kernels, and the bind groups of the buffers that they ran on. */
import { type FailureLog, firstLine, GpuError } from './errors.ts';
import { elementBytes, type KernelSource, shaderText } from './kernel.ts';
import type { BoundRange } from './memory.ts';

/** A tree over the ids of bound ranges, one level a binding; walking it costs less than naming the combination. */
type GroupTree = Map<number, GroupTree | GPUBindGroup>;

export class CompiledKernel {
  /** Bytes that a binding's offset counts in. */
  readonly steps: readonly number[];
  /** Bytes of the struct of scalars and offsets. */
  readonly parameterBytes: number;
  private groups: GroupTree = new Map();

  constructor(
    private readonly device: GPUDevice,
    readonly source: KernelSource,
    readonly pipeline: GPUComputePipeline,
    private readonly layout: GPUBindGroupLayout,
  ) {
    this.steps = source.bindings.map(({ element }) => elementBytes(element));
    this.parameterBytes = 4 * (source.parameters.length + source.bindings.length);
  }

  /** The bind group of these ranges; `parameters` holds the scalars and takes a dynamic offset. */
  group(parameters: BoundRange, ranges: readonly BoundRange[]): GPUBindGroup {
    let node = this.groups;
    let id = parameters.id;
    for (const range of ranges) {
      let next = node.get(id) as GroupTree | undefined;
      if (!next) {
        next = new Map();
        node.set(id, next);
      }
      node = next;
      id = range.id;
    }
    let group = node.get(id) as GPUBindGroup | undefined;
    if (!group) {
      group = this.createGroup(parameters, ranges);
      node.set(id, group);
    }
    return group;
  }

  private createGroup(parameters: BoundRange, ranges: readonly BoundRange[]): GPUBindGroup {
    return this.device.createBindGroup({
      label: this.source.key,
      layout: this.layout,
      entries: [
        { binding: 0, resource: { buffer: parameters.buffer, size: this.parameterBytes } },
        ...ranges.map(({ buffer, offset, size }, index) => ({ binding: index + 1, resource: { buffer, offset, size } })),
      ],
    });
  }

  /** Buffers were destroyed: their bind groups must go. */
  forgetGroups(): void {
    this.groups = new Map();
  }
}

export class PipelineCache {
  private readonly byKey = new Map<string, CompiledKernel>();
  /** Kernels are mostly the same objects again, which spares the hash of a long key. */
  private readonly bySource = new WeakMap<KernelSource, CompiledKernel>();

  constructor(
    private readonly device: GPUDevice,
    private readonly failures: FailureLog,
  ) {}

  get(source: KernelSource): CompiledKernel {
    let compiled = this.bySource.get(source);
    if (compiled) return compiled;
    compiled = this.byKey.get(source.key);
    if (!compiled) {
      compiled = this.compile(source);
      this.byKey.set(source.key, compiled);
    }
    this.bySource.set(source, compiled);
    return compiled;
  }

  forgetGroups(): void {
    for (const compiled of this.byKey.values()) compiled.forgetGroups();
  }

  private compile(source: KernelSource): CompiledKernel {
    const { device } = this;
    const label = source.key;
    const code = shaderText(source);
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ label, code });
    const layout = device.createBindGroupLayout({
      label,
      entries: [
        { binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'uniform', hasDynamicOffset: true } },
        ...source.bindings.map(({ access }, index) => ({
          binding: index + 1,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: access === 'read' ? ('read-only-storage' as const) : ('storage' as const) },
        })),
      ],
    });
    const pipeline = device.createComputePipeline({
      label,
      layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: 'main' },
    });
    this.failures.watch(
      device.popErrorScope().then((error) => {
        if (error) this.failures.record(new GpuError(`kernel "${label}" does not compile: ${describeCompileError(error.message, code)}`));
      }),
    );
    return new CompiledKernel(device, source, pipeline, layout);
  }
}

/** The compiler's first line, and the line of the module that it is about. */
function describeCompileError(message: string, code: string): string {
  const line = firstLine(message);
  const at = /:(\d+):\d+/.exec(line);
  const text = at && code.split('\n')[Number(at[1]) - 1]?.trim();
  return text ? `${line}, in \`${text}\`` : line;
}
