import type { Device } from '../device.ts';
import type { Allowed, KernelCase, Outputs } from './kernel-case.ts';

/** The element of an output that is furthest from the reference, in units of what is allowed. */
export interface Difference {
  readonly output: string;
  readonly index: number;
  readonly expected: number;
  readonly actual: number;
  /** Allowed absolute error; 0 where bits must agree. */
  readonly allowed: number;
  /** Error as a share of what is allowed; above 1 the case fails. */
  readonly share: number;
}

function shareOf(expected: number, actual: number, allowed: number): number {
  if (Object.is(expected, actual)) return 0;
  if (allowed === 0) return Infinity;
  const share = Math.abs(actual - expected) / allowed;
  return Number.isNaN(share) ? Infinity : share;
}

function worstDifference(output: string, expected: Outputs[string], actual: Outputs[string], allowed: Allowed): Difference {
  if (expected.length !== actual.length) throw new Error(`"${output}" has ${actual.length} elements, not ${expected.length}`);
  if (allowed !== 'exact' && allowed.length !== expected.length) {
    throw new Error(`"${output}" has ${expected.length} elements but ${allowed.length} bounds`);
  }
  let worst: Difference | undefined;
  for (let index = 0; index < expected.length; index++) {
    const limit = allowed === 'exact' ? 0 : allowed[index]!;
    const share = shareOf(expected[index]!, actual[index]!, limit);
    if (!worst || share > worst.share) {
      worst = { output, index, expected: expected[index]!, actual: actual[index]!, allowed: limit, share };
    }
  }
  if (!worst) throw new Error(`"${output}" is empty`);
  return worst;
}

/** The worst element of each output. */
export function compareOutputs(expected: Outputs, actual: Outputs, allowed: Readonly<Record<string, Allowed>>): Difference[] {
  const names = Object.keys(expected);
  if (names.join() !== Object.keys(actual).join()) throw new Error(`outputs are ${Object.keys(actual)}, not ${names}`);
  return names.map((name) => {
    const limit = allowed[name];
    if (limit === undefined) throw new Error(`no bound is given for "${name}"`);
    return worstDifference(name, expected[name]!, actual[name]!, limit);
  });
}

/** What a case must give: the reference's outputs, and how far a device may be from them. */
export interface Expectation {
  readonly kernelCase: KernelCase;
  readonly outputs: Outputs;
  readonly allowed: Readonly<Record<string, Allowed>>;
}

export async function expectationOf(reference: Device, kernelCase: KernelCase): Promise<Expectation> {
  const outputs = await kernelCase.run(reference);
  return { kernelCase, outputs, allowed: kernelCase.allowed(outputs) };
}

/** Runs a case on a device; every share must be 1 or less. */
export async function runKernelCase(device: Device, { kernelCase, outputs, allowed }: Expectation): Promise<Difference[]> {
  return compareOutputs(outputs, await kernelCase.run(device), allowed);
}

/** Runs cases and tells in words which of them fail. */
export async function runKernelCases(device: Device, expectations: readonly Expectation[]): Promise<string[]> {
  const failures: string[] = [];
  for (const expectation of expectations) {
    const { kernel, name } = expectation.kernelCase;
    for (const difference of await runKernelCase(device, expectation)) {
      if (difference.share > 1) failures.push(`${kernel}, ${name}: ${describeDifference(difference)}`);
    }
  }
  return failures;
}

/** One line for people about a difference that is not allowed. */
export function describeDifference({ output, index, expected, actual, allowed, share }: Difference): string {
  const limit = allowed === 0 ? 'bits must agree' : `allowed error ${allowed.toExponential(2)}, share ${share.toPrecision(3)}`;
  return `${output}[${index}] is ${actual}, expected ${expected} (${limit})`;
}

/** The first element whose bits differ, in words; undefined when there is none. */
export function firstDifferingBit(expected: Outputs, actual: Outputs): string | undefined {
  const exact = Object.fromEntries(Object.keys(expected).map((name): [string, Allowed] => [name, 'exact']));
  const difference = compareOutputs(expected, actual, exact).find(({ share }) => share > 0);
  return difference && describeDifference(difference);
}
