/**
 * Who may import whom, in one place.
 *
 *     wasm <- compute <- model <- rollout
 *     data, reward and optimizer stand alone; nano speaks of problems and their verifiers, so it knows data and reward
 *     trainer joins them all; views shows what its runs were; the apps, the benchmarks and the tests stand on top
 *
 * Adding a line here is a decision about the architecture, not a way to make the check pass.
 */
const LIBRARIES = [
  '@or1/compute',
  '@or1/model',
  '@or1/data',
  '@or1/rollout',
  '@or1/reward',
  '@or1/optimizer',
  '@or1/nano',
  '@or1/trainer',
] as const;

export const ARROWS: Readonly<Record<string, readonly string[]>> = {
  '@or1/wasm': [],
  '@or1/compute': ['@or1/wasm'],
  '@or1/model': ['@or1/compute'],
  '@or1/rollout': ['@or1/compute', '@or1/model'],
  '@or1/data': [],
  '@or1/reward': [],
  '@or1/optimizer': [],
  '@or1/nano': ['@or1/data', '@or1/reward'],
  '@or1/trainer': LIBRARIES.filter((name) => name !== '@or1/trainer'),
  '@or1/views': ['@or1/model', '@or1/nano', '@or1/trainer'],
  '@or1/train': [...LIBRARIES, '@or1/views', '@or1/dashboard'],
  '@or1/dashboard': [...LIBRARIES, '@or1/views'],
  '@or1/bench': [...LIBRARIES, '@or1/wasm', '@or1/views'],
  '@or1/test': [...LIBRARIES, '@or1/wasm', '@or1/views', '@or1/dashboard', '@or1/train'],
};

/**
 * Entries of packages that may use Bun and Node: what needs the host. Every other entry of a package under `packages/` must run in a
 * browser as well.
 */
export const HOST_ENTRIES: readonly string[] = [
  '@or1/compute/webgpu-dawn',
  '@or1/compute/testing-host',
  '@or1/trainer',
  '@or1/data/node',
  '@or1/model/node',
  '@or1/reward/native',
  '@or1/views/node',
  '@or1/views/testing',
];
