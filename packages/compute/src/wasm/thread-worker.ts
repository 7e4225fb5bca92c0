/** A kernel thread: joins the shared memory, then serves command lists until the device is disposed of. */
import { FAILURE_BYTE, instantiate, type ThreadInvitation } from './threads.ts';

interface WorkerScope {
  onmessage: ((event: { data: ThreadInvitation }) => void) | null;
  postMessage(message: string): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = async ({ data }) => {
  const kernels = await instantiate(data.bytes, data.memory);
  kernels.configure(data.words, data.index, data.count, true);
  scope.postMessage('ready');
  try {
    kernels.serve();
  } catch (error) {
    // The other threads wait for this one: the failure word sends them out of their loops.
    Atomics.store(new Int32Array(data.memory.buffer, data.words + FAILURE_BYTE, 1), 0, 1);
    scope.postMessage(`kernel thread ${data.index}: ${error instanceof Error ? error.message : String(error)}`);
  }
};
