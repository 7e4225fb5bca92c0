/** What the webgpu device adds to the contract: its feature ladder, limits, errors. On SwiftShader where the machine has no GPU. */
import { afterAll, describe, expect, test } from 'bun:test';
import { createReferenceDevice } from '@or1/compute';
import { expectationOf, firstDifferingBit, kernelCases, RandomSource, runKernelCases } from '@or1/compute/testing';
import { softwareAdapter } from '@or1/compute/testing-host';
import {
  createWebgpuDevice,
  probeAdapter,
  readFeatures,
  requestGpuDevice,
  type WebgpuCache,
  type WebgpuDevice,
  type WebgpuDeviceOptions,
} from '@or1/compute/webgpu';

const available = (await softwareAdapter()) !== undefined;
const onGpu = test.skipIf(!available);
const devices: WebgpuDevice[] = [];

async function open(options?: WebgpuDeviceOptions): Promise<WebgpuDevice> {
  const device = await createWebgpuDevice((await softwareAdapter())!, options);
  devices.push(device);
  return device;
}

afterAll(() => {
  for (const device of devices) device.dispose();
});

/** The message of what `work` throws, now or later. */
async function messageOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was thrown';
}

const oneLine = /^[^\n]+$/;
const broken = (code: string) => ({ key: 'broken kernel', bindings: [], parameters: [{ name: 'count', type: 'u32' as const }], code });

describe('the feature ladder', () => {
  const info = {
    subgroupMinSize: 32,
    subgroupMaxSize: 32,
    subgroupMatrixConfigs: [{ componentType: 'f16', resultComponentType: 'f32', M: 16, N: 16, K: 16 }],
  };
  const all = new Set(['shader-f16', 'subgroups', 'timestamp-query', 'chromium-experimental-subgroup-matrix']);
  const rungs = (has: ReadonlySet<string>, given: object, restrictions = {}) => {
    const { f16, subgroups, subgroupSize, subgroupMatrix } = readFeatures(has, given as GPUAdapterInfo, restrictions);
    return { f16, subgroups, subgroupSize, matrices: subgroupMatrix.length };
  };

  test('takes every rung that is there', () => {
    expect(rungs(all, info)).toEqual({ f16: true, subgroups: true, subgroupSize: 32, matrices: 1 });
    expect(rungs(new Set(), info)).toEqual({ f16: false, subgroups: false, subgroupSize: 0, matrices: 0 });
  });

  test('leaves out what it is told to, and what stands on that', () => {
    expect(rungs(all, info, { subgroupMatrix: false })).toEqual({ f16: true, subgroups: true, subgroupSize: 32, matrices: 0 });
    expect(rungs(all, info, { f16: false })).toEqual({ f16: false, subgroups: true, subgroupSize: 32, matrices: 0 });
    expect(rungs(all, info, { subgroups: false })).toEqual({ f16: true, subgroups: false, subgroupSize: 0, matrices: 0 });
  });

  test('has no subgroups where the driver may choose their size', () => {
    expect(rungs(all, { ...info, subgroupMinSize: 8 })).toEqual({ f16: true, subgroups: false, subgroupSize: 0, matrices: 0 });
  });

  onGpu('is told in the description, with mode and storage', async () => {
    const device = await open({ restrictions: { subgroups: false } });
    expect(device.description).toContain('exact, f32');
    expect(device.description).not.toContain('subgroups');
    expect(await messageOf(() => open({ storage: 'f16' }))).toContain('needs mode "fast"');
  });
});

/** Binding limits that make the largest cases of a kernel run in parts: whole blocks of elements, or a few rows. */
const LIMITS: readonly (readonly [bindingBytes: number, kernels: readonly string[]])[] = [
  [34_000, ['zero', 'copy', 'add', 'cast', 'sumOfSquares']],
  [14_000, ['rmsNorm', 'rmsNormBackward', 'rotateBackward']],
  [2048, ['embedding', 'embeddingBackward', 'swiGlu', 'swiGluBackward']],
];

for (const [bindingBytes, kernels] of LIMITS) {
  onGpu(`buffers above a binding limit of ${bindingBytes} bytes are worked on in parts, with the same bits`, async () => {
    const [whole, parted] = [await open(), await open({ restrictions: { bindingBytes } })];
    const differences: string[] = [];
    for (const kernel of kernels) {
      for (const { name, run } of kernelCases.filter((each) => each.kernel === kernel).slice(-8)) {
        const difference = firstDifferingBit(await run(whole), await run(parted));
        if (difference) differences.push(`${kernel}, ${name}: ${difference}`);
      }
    }
    expect(differences).toEqual([]);
  });
}

onGpu('an operand that cannot be parted is refused by name', async () => {
  const device = await open({ restrictions: { bindingBytes: 4096 } });
  const arena = device.createArena('large', 2 ** 16);
  const [x, weight] = [arena.allocate('f32', 2048, 'x'), arena.allocate('f32', 2048, 'weight')];
  expect(() => device.rmsNorm({ x, weight, out: x, rows: 1, width: 2048, epsilon: 0 })).toThrow(/rmsNorm.*binds at most 4096/);
});

onGpu('fast mode agrees with the reference, and with itself from run to run', async () => {
  const device = await open({ mode: 'fast' });
  const reference = createReferenceDevice();
  const cases = kernelCases.filter(({ kernel }) => kernel === 'rmsNormBackward' || kernel === 'rmsNorm');
  const expectations = await Promise.all(cases.map((each) => expectationOf(reference, each)));
  expect(await runKernelCases(device, expectations)).toEqual([]);
  for (const each of cases) expect(firstDifferingBit(await each.run(device), await each.run(device))).toBeUndefined();
});

onGpu('vectors too long for registers are normalised by loops, residual first', async () => {
  const device = await open();
  const [rows, width] = [3, 2100];
  const random = new RandomSource('long vectors');
  const host = { x: random.floats(rows * width), residual: random.floats(rows * width), weight: random.floats(width, 0.5, 1.5) };
  const arena = device.createArena('long vectors', 2 ** 20);
  const place = (values: Float32Array) => {
    const buffer = arena.allocate('f32', values.length, 'values');
    device.write(buffer, values);
    return buffer;
  };
  const [x, residual, weight, out] = [place(host.x), place(host.residual), place(host.weight), place(new Float32Array(rows * width))];
  device.rmsNorm({ x, residual, weight, out, rows, width, epsilon: 1e-6 });
  const results = new Float32Array(rows * width);
  await device.read(out, results);
  let largest = 0;
  for (let row = 0; row < rows; row++) {
    const sums = Float64Array.from({ length: width }, (_, i) => host.x[row * width + i]! + host.residual[row * width + i]!);
    const root = Math.sqrt(sums.reduce((total, value) => total + value * value, 0) / width + 1e-6);
    sums.forEach((value, i) => {
      largest = Math.max(largest, Math.abs(results[row * width + i]! - (value / root) * host.weight[i]!));
    });
  }
  expect(largest).toBeLessThan(2e-6);
});

describe('operands that are parts of one allocation', () => {
  onGpu('are read and written side by side', async () => {
    const device = await open();
    const arena = device.createArena('parts', device.bytesFor('f32', 9));
    const values = arena.allocate('f32', 9, 'values');
    device.write(values, Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9));
    device.add(values.slice(0, 3), values.slice(3, 3));
    device.add(values.slice(7, 2), values.slice(0, 2));
    const result = new Float32Array(9);
    await device.read(values, result);
    expect([...result]).toEqual([5, 7, 9, 4, 5, 6, 7, 13, 16]);
  });

  onGpu('must not share elements', async () => {
    const device = await open();
    const values = device.createArena('parts', 256).allocate('f32', 9, 'values');
    expect(() => device.add(values.slice(0, 3), values.slice(2, 3))).toThrow('share memory');
  });
});

describe('bad luck is one line:', () => {
  onGpu('a kernel that does not compile, with the line that is wrong', async () => {
    const device = await open();
    device.runtime.dispatch(broken('@compute @workgroup_size(1) fn main() { let x = unknownName; }'), [], [0], [1, 1, 1]);
    const message = await messageOf(() => device.flush());
    expect(message).toMatch(oneLine);
    expect(message).toMatch(/^kernel "broken kernel" does not compile: .*unknownName.*`@compute/);
    expect(await messageOf(() => device.flush())).toBe(message);
    expect(() => device.runtime.dispatch(broken(''), [], [0], [1, 1, 1])).toThrow(message);
  });

  onGpu('a command that WebGPU refuses, named by its kernel', async () => {
    const device = await open();
    // Nothing is bound as an array of 65 values: the binding is too short for the kernel's declaration.
    const bindings = [{ name: 'short', access: 'read_write' as const, element: 'f32' as const }];
    const code =
      'struct Large { values: array<f32, 65> }\n@group(0) @binding(2) var<storage, read_write> none: Large;\n@compute @workgroup_size(1) fn main() { none.values[0] = short[0]; }';
    const buffer = device.createArena('short', 64).allocate('f32', 16, 'short');
    device.runtime.dispatch({ ...broken(code), key: 'unbound', bindings }, [buffer], [0], [1, 1, 1]);
    const message = await messageOf(() => device.flush());
    expect(message).toMatch(oneLine);
    expect(message).toContain('kernel "unbound"');
  });

  onGpu('a lost device, whatever is asked of it', async () => {
    const device = await open();
    const buffer = device.createArena('lost', 1024).allocate('f32', 16, 'values');
    await device.flush();
    const reading = messageOf(() => device.read(buffer, new Float32Array(16)));
    device.runtime.device.destroy();
    expect(await reading).toMatch(/^the GPU device was lost: [^\n]*last checkpoint$/);
    for (const work of [
      () => device.flush(),
      () => device.read(buffer, new Float32Array(16)),
      () => device.zero(buffer),
      () => device.write(buffer, new Float32Array(16)),
    ]) {
      expect(await messageOf(work)).toMatch(/^the GPU device was lost: /);
    }
  });

  onGpu('memory that runs out, named by arena and buffer', async () => {
    const device = await open();
    const gpu = device.runtime.device;
    const arena = device.createArena('small arena', 2 ** 40);
    expect(() => arena.allocate('f32', 2 ** 37, 'impossible')).toThrow(
      /^"impossible" of arena "small arena" needs 524288 MiB.*smaller batch/,
    );
    // A software driver never runs out by itself: the answer of the next allocation's check is put in its place.
    const { popErrorScope } = gpu;
    gpu.popErrorScope = async () => {
      gpu.popErrorScope = popErrorScope;
      await gpu.popErrorScope();
      return { message: 'VK_ERROR_OUT_OF_DEVICE_MEMORY' };
    };
    arena.allocate('f32', 2 ** 20, 'one too many');
    const message = await messageOf(() => device.flush());
    expect(message).toMatch(/^out of GPU memory: "one too many" of arena "small arena" needs 4 MiB.*smaller batch[^\n]*$/);
  });

  onGpu('an adapter without a needed limit, named', async () => {
    const adapter = (await softwareAdapter())!;
    const { limits } = adapter;
    const poor = { info: adapter.info, features: adapter.features, limits: { ...readAll(limits), maxStorageBuffersPerShaderStage: 4 } };
    const problem = /maxStorageBuffersPerShaderStage is 4, but the kernels need 8; use --device wasm$/;
    expect(await messageOf(() => requestGpuDevice(poor as unknown as GPUAdapter))).toMatch(problem);
    expect(await probeAdapter(async () => poor as unknown as GPUAdapter)).toEqual({
      available: false,
      problem: expect.stringMatching(problem),
    });
  });

  test('no adapter', async () => {
    const script = `import { openAdapter } from '@or1/compute/webgpu-dawn'; try { await openAdapter(); } catch (error) { console.log(error.message); }`;
    const run = Bun.spawn(['bun', '-e', script], {
      cwd: import.meta.dir,
      env: { ...process.env, VK_DRIVER_FILES: '/nowhere' },
      stdout: 'pipe',
      stderr: 'ignore',
    });
    expect((await new Response(run.stdout).text()).trim()).toMatch(
      /^(no GPU adapter was found|the npm package "webgpu" could not).*--device wasm$/,
    );
  });
});

function readAll(limits: GPUSupportedLimits): Record<string, number> {
  const all: Record<string, number> = {};
  for (const name in limits) all[name] = limits[name as 'maxBufferSize'];
  return all;
}

describe('the probe', () => {
  onGpu('tells what the adapter can do', async () => {
    const probe = await probeAdapter(async () => (await softwareAdapter()) ?? null);
    expect(probe).toMatchObject({ available: true, adapter: expect.any(String), software: expect.any(Boolean) });
    if (!probe.available) throw new Error('unreachable');
    expect(probe.limits.maxComputeInvocationsPerWorkgroup).toBeGreaterThanOrEqual(256);
    expect(probe.features.subgroups).toBe(probe.features.subgroupSize > 0);
  });

  test('tells why there is none', async () => {
    const absent = { available: false, problem: 'no GPU adapter was found; use --device wasm' };
    expect(await probeAdapter(async () => null)).toEqual(absent as never);
    expect(await probeAdapter(() => Promise.reject(new Error('driver on fire')))).toEqual({ available: false, problem: 'driver on fire' });
  });
});

onGpu('a profile tells the time of every kernel', async () => {
  const device = await open({ profile: true });
  const buffer = device.createArena('profile', 2 ** 20).allocate('f32', 2 ** 16, 'values');
  for (let round = 0; round < 3; round++) device.add(buffer.slice(0, 1000), buffer.slice(1000, 1000));
  await device.flush();
  expect(device.runtime.kernelTimes()).toMatchObject([{ kernel: 'elementwise add', dispatches: 3 }]);
  expect(device.runtime.kernelTimes()[0]!.milliseconds).toBeGreaterThan(0);
});

onGpu('a cache in f16 holds the rotated keys and the values, rounded to the nearest finite half', async () => {
  const device = await open({ mode: 'fast', storage: 'f16' });
  for (const [rows, queryHeads, keyHeads, headWidth] of [
    [5, 4, 2, 16],
    [3, 3, 1, 6],
    [2, 2, 2, 10],
    [4, 2, 1, 64],
  ] as const) {
    const heads = queryHeads + 2 * keyHeads;
    const random = new RandomSource(`f16 cache ${headWidth}`);
    const host = {
      qkv: random.floats(rows * heads * headWidth),
      cosine: random.floats(20 * headWidth),
      sine: random.floats(20 * headWidth),
      positions: random.integers(rows, 40),
      slots: Uint32Array.from({ length: rows }, (_, row) => 7 - row),
    };
    // The first value of the first row is above the largest half.
    host.qkv[(queryHeads + keyHeads) * headWidth] = 1e6;
    const arena = device.createArena('f16 cache', 2 ** 20);
    const place = (values: Float32Array | Uint32Array) => {
      const buffer = arena.allocate(values instanceof Uint32Array ? 'u32' : 'f32', values.length, 'values');
      device.write(buffer, values);
      return buffer;
    };
    const qkv = place(host.qkv);
    const tables = { cosine: place(host.cosine), sine: place(host.sine), positions: place(host.positions), slots: place(host.slots) };
    const cache = device.createCache(arena, 8, keyHeads, headWidth);
    device.rotateAndStore({ qkv, ...tables, cache, rows, queryHeads });
    const rounded = arena.allocate('u16', qkv.length, 'rounded');
    device.cast(rounded, qkv, 'f16');
    const { buffer, valuesStart } = cache as WebgpuCache;
    const [expected, stored] = [new Uint16Array(qkv.length), new Uint16Array(buffer.length)];
    await device.read(rounded, expected);
    expect(expected[(queryHeads + keyHeads) * headWidth]).toBe(0x7c00);
    expected[(queryHeads + keyHeads) * headWidth] = 0x7bff;
    await device.read(buffer, stored);
    const size = keyHeads * headWidth;
    for (let row = 0; row < rows; row++) {
      const [keys, slot] = [(row * heads + queryHeads) * headWidth, (7 - row) * size];
      expect(stored.slice(slot, slot + size)).toEqual(expected.slice(keys, keys + size));
      expect(stored.slice(valuesStart + slot, valuesStart + slot + size)).toEqual(expected.slice(keys + size, keys + 2 * size));
    }
    arena.release();
  }
});

onGpu('u16 values go to and from any place', async () => {
  const device = await open();
  const halves = device.createArena('halves', 256).allocate('u16', 11, 'halves');
  device.write(halves, Uint16Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
  device.write(halves, Uint16Array.of(30, 40), 2);
  device.write(halves.slice(5, 4), Uint16Array.of(60, 70, 80));
  device.copy(halves.slice(8, 3), halves.slice(1, 3));
  const middle = new Uint16Array(9);
  await device.read(halves.slice(1, 9), middle);
  expect([...middle]).toEqual([2, 30, 40, 5, 60, 70, 80, 2, 30]);
});
