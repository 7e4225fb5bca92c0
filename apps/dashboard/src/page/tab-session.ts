/** The run of this tab: it outlives the view that shows it, so that a visitor may look around while it trains. */
import type { RunConfiguration, RunEvent, RunProgress } from '@or1/trainer/core';
import { useEffect, useState } from 'preact/hooks';
import type { Edits, FreshSample, FromWorker, StartSettings, Status, TabDevice, ToWorker } from '../tab/messages.ts';

export interface TabState {
  readonly status: Status | 'failed';
  /** What computes; null before a run was opened. */
  readonly device: string | null;
  readonly configuration: RunConfiguration | null;
  readonly reward: string | null;
  readonly events: readonly RunEvent[];
  readonly fresh: readonly FreshSample[];
  readonly progress: RunProgress | null;
  /** Why something was refused, or the run failed. */
  readonly message: string | null;
}

const NOTHING: TabState = {
  ...{ status: 'none', device: null, configuration: null, reward: null, events: [], fresh: [], progress: null, message: null },
};

function save(archive: Uint8Array<ArrayBuffer>, name: string): void {
  const address = URL.createObjectURL(new Blob([archive], { type: 'application/zip' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

class TabSession {
  #worker: Worker | null = null;
  #state = NOTHING;
  readonly #listeners = new Set<(state: TabState) => void>();

  get state(): TabState {
    return this.#state;
  }

  subscribe(listener: (state: TabState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(settings: StartSettings, edits: Edits): void {
    this.#send({ kind: 'start', settings, edits });
  }

  async import(file: File, device: TabDevice): Promise<void> {
    const archive = new Uint8Array(await file.arrayBuffer());
    this.#send({ kind: 'import', archive, device });
  }

  tell(message: Extract<ToWorker, { kind: 'resume' | 'pause' | 'edit' | 'export' }>): void {
    this.#send(message);
  }

  #send(message: ToWorker): void {
    this.#change({ message: null });
    this.#worker ??= this.#open();
    this.#worker.postMessage(message);
  }

  #open(): Worker {
    const worker = new Worker('/worker.js');
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => this.#take(data));
    worker.addEventListener('error', ({ message }) => this.#change({ status: 'failed', message: message ?? 'the worker did not start' }));
    return worker;
  }

  #take(message: FromWorker): void {
    if (message.kind === 'exported') save(message.archive, `or1-tab-run-step-${message.step}.zip`);
    else this.#change(this.#changeOf(message));
  }

  #changeOf(message: Exclude<FromWorker, { kind: 'exported' }>): Partial<TabState> {
    switch (message.kind) {
      case 'status':
        return { status: message.status, progress: null };
      case 'opened':
        return { device: message.device, configuration: message.configuration, reward: message.reward };
      case 'log':
        return { events: message.events };
      case 'event':
        return { events: [...this.#state.events, message.event], fresh: message.fresh };
      case 'progress':
        return { progress: message.progress };
      case 'refused':
        return { message: message.message };
      case 'failed':
        return { status: 'failed', message: message.message };
    }
  }

  #change(change: Partial<TabState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener(this.#state);
  }
}

export const tabSession = new TabSession();

export function useTabSession(): TabState {
  const [state, setState] = useState(tabSession.state);
  useEffect(() => {
    setState(tabSession.state);
    return tabSession.subscribe(setState);
  }, []);
  return state;
}
