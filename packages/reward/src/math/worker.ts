/**
 * The far end of the pool: judges what it is sent and answers with the judgement. A web worker module; `self` is the worker's scope in
 * browsers, Bun and Deno alike.
 */
import type { WorkerAnswer, WorkerQuestion } from './pool.ts';
import { verifyMath } from './verify.ts';

interface WorkerScope {
  onmessage: ((event: { readonly data: WorkerQuestion }) => void) | null;
  postMessage(answer: WorkerAnswer): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data: { ticket, response, gold, options } }) => {
  scope.postMessage({ ticket, judgement: verifyMath(response, gold, options) });
};
