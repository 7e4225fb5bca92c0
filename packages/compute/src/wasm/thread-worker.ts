/** A kernel thread: joins the shared memory, then serves command lists until the device is disposed of. */
import { instantiate, type ThreadInvitation } from './threads.ts';

interface WorkerScope {
  onmessage: ((event: { data: ThreadInvitation }) => void) | null;
  postMessage(message: 'ready'): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = async ({ data }) => {
  const kernels = await instantiate(data.bytes, data.memory);
  kernels.configure(data.words, data.index, data.count, true);
  scope.postMessage('ready');
  kernels.serve();
};
