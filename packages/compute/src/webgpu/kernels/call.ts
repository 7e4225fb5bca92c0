import type { Device } from '../../device.ts';

/** The argument object of a kernel of the contract. */
export type Call<Kernel extends keyof Device> = Device[Kernel] extends (call: infer Argument) => void ? Argument : never;
