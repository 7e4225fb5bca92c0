/** What a machine offers for the webgpu device, for people and for the choice of a device. */
import { describeAdapter, type GpuFeatures, type GpuLimits, missingLimit, readFeatures, readLimits } from './runtime/features.ts';

export interface WebgpuAvailable {
  readonly available: true;
  readonly adapter: string;
  readonly vendor: string;
  readonly architecture: string;
  /** The adapter is a program on the CPU: right for tests, slower than the wasm device. */
  readonly software: boolean;
  readonly features: GpuFeatures;
  readonly limits: GpuLimits;
}

export interface WebgpuUnavailable {
  readonly available: false;
  /** Why, and what to do, in one line. */
  readonly problem: string;
}

export type WebgpuProbe = WebgpuAvailable | WebgpuUnavailable;

/** Looks at the adapter that `open` gives; what it throws is the problem. In a browser: `() => navigator.gpu.requestAdapter()`. */
export async function probeAdapter(open: () => Promise<GPUAdapter | null>): Promise<WebgpuProbe> {
  let adapter: GPUAdapter | null;
  try {
    adapter = await open();
  } catch (error) {
    return { available: false, problem: (error as Error).message };
  }
  if (!adapter) return { available: false, problem: 'no GPU adapter was found; use --device wasm' };
  const { info } = adapter;
  const limits = readLimits(adapter.limits);
  const problem = missingLimit(limits);
  if (problem) return { available: false, problem: `${describeAdapter(info)}: ${problem}` };
  return {
    available: true,
    adapter: describeAdapter(info),
    vendor: info.vendor,
    architecture: info.architecture,
    software: info.isFallbackAdapter || /swiftshader|llvmpipe|software/i.test(`${info.architecture} ${info.description}`),
    features: readFeatures(adapter.features, info),
    limits,
  };
}
