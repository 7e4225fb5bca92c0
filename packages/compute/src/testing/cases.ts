/**
 * The case table that every device is tested on: all kernels of the contract over odd shapes. Register a device in `devices.ts` and the
 * whole table runs on it.
 */
import { attentionCases } from './cases/attention.ts';
import { castCases } from './cases/cast.ts';
import { decodingCases } from './cases/decoding.ts';
import { elementwiseCases } from './cases/elementwise.ts';
import { embeddingCases } from './cases/embedding.ts';
import { headCases } from './cases/head.ts';
import { headSampleCases } from './cases/head-sample.ts';
import { linearCases } from './cases/linear.ts';
import { optimizerCases } from './cases/optimizer.ts';
import { rmsNormCases } from './cases/rms-norm.ts';
import { rotateCases } from './cases/rotate.ts';
import { swiGluCases } from './cases/swi-glu.ts';
import type { KernelCase } from './kernel-case.ts';

export const kernelCases: readonly KernelCase[] = [
  ...elementwiseCases,
  ...castCases,
  ...embeddingCases,
  ...rmsNormCases,
  ...linearCases,
  ...rotateCases,
  ...attentionCases,
  ...swiGluCases,
  ...headCases,
  ...headSampleCases,
  ...decodingCases,
  ...optimizerCases,
];
