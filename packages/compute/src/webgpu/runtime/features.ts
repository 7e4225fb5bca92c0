/** What an adapter can do beyond plain WebGPU, and how a device with all of it is asked for. */
import { firstLine, GpuError } from './errors.ts';

/** One shape of matrix that a subgroup multiplies together: [M, K] times [K, N]. */
export interface SubgroupMatrixConfig {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

export interface GpuFeatures {
  /** Half-precision arithmetic and storage in shaders. */
  readonly f16: boolean;
  /** Subgroup operations with one fixed size: where the driver may choose the size, the order of a reduction would not be fixed. */
  readonly subgroups: boolean;
  /** Invocations of a subgroup; 0 without `subgroups`. */
  readonly subgroupSize: number;
  /** Empty without subgroup matrices. */
  readonly subgroupMatrix: readonly SubgroupMatrixConfig[];
  /** GPU timestamps around passes. */
  readonly timestamps: boolean;
}

/** Rungs of the ladder to leave out (for tests and comparisons), and a smaller binding limit than the adapter's. */
export interface GpuRestrictions {
  readonly f16?: false;
  readonly subgroups?: false;
  readonly subgroupMatrix?: false;
  /** Largest range of a buffer that one binding may cover, in bytes. */
  readonly bindingBytes?: number;
}

const SUBGROUP_MATRIX = 'chromium-experimental-subgroup-matrix';
const WANTED: readonly string[] = ['shader-f16', 'subgroups', 'timestamp-query', SUBGROUP_MATRIX];

const LIMITS = [
  'maxStorageBuffersPerShaderStage',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxUniformBufferBindingSize',
  'minStorageBufferOffsetAlignment',
  'minUniformBufferOffsetAlignment',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

export type GpuLimits = Readonly<Record<(typeof LIMITS)[number], number>>;

export function readLimits(limits: GPUSupportedLimits): GpuLimits {
  return Object.fromEntries(LIMITS.map((name) => [name, limits[name]])) as GpuLimits;
}

/** What the kernels cannot do without; every WebGPU adapter of the core level has it. */
const NEEDED: Partial<GpuLimits> = {
  maxStorageBuffersPerShaderStage: 8,
  maxComputeWorkgroupStorageSize: 16384,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
};

export function describeAdapter(info: GPUAdapterInfo): string {
  const parts = [info.description || info.device, info.vendor, info.architecture].filter((part) => part !== '');
  return parts.length === 0 ? 'unnamed adapter' : [...new Set(parts)].join(', ');
}

type InfoWithMatrices = GPUAdapterInfo & { readonly subgroupMatrixConfigs?: Iterable<SubgroupMatrixConfig> };

/** The rungs of the ladder that are there and not left out. */
export function readFeatures(
  features: { has(name: string): boolean },
  info: GPUAdapterInfo,
  restrictions: GpuRestrictions = {},
): GpuFeatures {
  const { subgroupMinSize = 0, subgroupMaxSize = 0 } = info;
  const subgroups =
    restrictions.subgroups !== false && features.has('subgroups') && subgroupMinSize === subgroupMaxSize && subgroupMaxSize > 0;
  const f16 = restrictions.f16 !== false && features.has('shader-f16');
  const matrices = restrictions.subgroupMatrix !== false && subgroups && f16 && features.has(SUBGROUP_MATRIX);
  const configurations = matrices ? Array.from((info as InfoWithMatrices).subgroupMatrixConfigs ?? []) : [];
  return {
    f16,
    subgroups,
    subgroupSize: subgroups ? subgroupMaxSize : 0,
    subgroupMatrix: configurations.map(({ componentType, resultComponentType, M, N, K }) => ({
      componentType,
      resultComponentType,
      M,
      N,
      K,
    })),
    timestamps: features.has('timestamp-query'),
  };
}

/** The first limit that the kernels cannot do with, in words. */
export function missingLimit(limits: GpuLimits): string | undefined {
  for (const [name, least] of Object.entries(NEEDED)) {
    const given = limits[name as keyof GpuLimits];
    if (given < least) return `${name} is ${given}, but the kernels need ${least}; use --device wasm`;
  }
  return undefined;
}

/** A device with every feature and limit of the adapter. Throws `GpuError` naming the limit that an adapter lacks. */
export async function requestGpuDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const limits = readLimits(adapter.limits);
  const problem = missingLimit(limits);
  if (problem) throw new GpuError(`${describeAdapter(adapter.info)}: ${problem}`);
  try {
    return await adapter.requestDevice({
      label: 'or1',
      requiredFeatures: WANTED.filter((name) => adapter.features.has(name)) as GPUFeatureName[],
      requiredLimits: { ...limits },
    });
  } catch (cause) {
    throw new GpuError(`${describeAdapter(adapter.info)} gave no device: ${firstLine((cause as Error).message)}`, { cause });
  }
}
