/** The worker that interpreters run in. It starts one when told, reports its end, and can then start another. */
import { MemoryFileSystem } from './memory-file-system.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { type InterpreterHost, runDriver } from './run-interpreter.ts';
import { SharedPipe } from './shared-pipe.ts';

declare const self: { onmessage: ((event: MessageEvent<ToWorker>) => void) | null; postMessage(message: FromWorker): void };

let host: InterpreterHost | null = null;

self.onmessage = ({ data }) => {
  if (data.kind === 'start') {
    const emit = (text: string): void => self.postMessage({ kind: 'chunk', text });
    host = {
      module: data.module,
      fileSystem: new MemoryFileSystem(data.image),
      pipe: new SharedPipe(data.pipe),
      control: new Int32Array(data.control),
      emit,
    };
    self.postMessage({ kind: 'ready' });
  } else if (host) self.postMessage({ kind: 'ended', ...runDriver(host, data) });
};
