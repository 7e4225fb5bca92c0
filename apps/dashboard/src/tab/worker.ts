/** The worker that trains: takes the page's messages one after another and answers with what happens. */
import { InputError } from '@or1/trainer/core';
import type { FromWorker, ToWorker } from './messages.ts';
import { TabRun } from './tab-run.ts';

const scope = globalThis as unknown as {
  postMessage(message: FromWorker): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void;
};

const run = new TabRun((message) => scope.postMessage(message));

async function obey(message: ToWorker): Promise<void> {
  switch (message.kind) {
    case 'start':
      return run.start(message.settings, message.edits);
    case 'import':
      return run.import(message.archive, message.device);
    case 'resume':
      return run.resume();
    case 'pause':
      return run.pause();
    case 'edit':
      return run.edit(message.edits);
    case 'export':
      return run.export();
  }
}

let before = Promise.resolve();
scope.addEventListener('message', ({ data }) => {
  before = before
    .then(() => obey(data))
    .catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (!(error instanceof InputError)) return scope.postMessage({ kind: 'failed', message });
      scope.postMessage({ kind: 'refused', message });
      run.settle();
    });
});
