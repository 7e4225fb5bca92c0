import type { Verifier } from '@or1/reward';
import {
  disk,
  InputError,
  InterruptedError,
  type RunConfiguration,
  type RunEvent,
  readLog,
  train,
  validateConfiguration,
} from '@or1/trainer/core';
import type { Edits, FreshSample, FromWorker, StartSettings, Status, TabDevice } from './messages.ts';
import { editedConfiguration, type OpenTabRun, openTabRun, REWARD_FILE, tabConfiguration } from './open-run.ts';
import { packRun, unpackRun } from './run-archive.ts';
import { rewardFile, rewardSource, userReward } from './user-reward.ts';

/** The run folder on the worker's disk. */
const FOLDER = 'run';

/** Responses that are shown as they come. */
const FRESH = 6;

const encoder = new TextEncoder();

function write(path: string, text: string): void {
  disk.set(`${FOLDER}/${path}`, encoder.encode(text));
}

function read(path: string): string | null {
  const content = disk.get(`${FOLDER}/${path}`);
  return content === undefined ? null : new TextDecoder().decode(content);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`config.json is damaged: ${(error as Error).message}`, { cause: error });
  }
}

function editsOf({ temperature, entropy }: RunConfiguration, reward: string | null): Edits {
  return { temperature, entropyTarget: entropy.target, reward };
}

/**
 * One run in a worker. It is trained by the same `train` as everywhere; pausing is its interrupt, which leaves a checkpoint, and going on
 * is its resume. So a run that was paused or edited, or went through a file, has lost nothing.
 */
export class TabRun {
  readonly #post: (message: FromWorker) => void;
  #open: OpenTabRun | null = null;
  #configuration: RunConfiguration | null = null;
  #reward: string | null = null;
  #verifier: Verifier | null = null;
  #fresh: FreshSample[] = [];
  #interrupt: AbortController | null = null;
  /** Ends when training has stopped, by itself or because it was asked to. */
  #training: Promise<void> | null = null;

  constructor(post: (message: FromWorker) => void) {
    this.#post = post;
  }

  #status(status: Status): void {
    this.#post({ kind: 'status', status });
  }

  async start(settings: StartSettings, edits: Edits): Promise<void> {
    const verifier = edits.reward === null ? null : await userReward(edits.reward);
    await this.#openRun(tabConfiguration(settings, edits), edits.reward, verifier, settings.device);
    disk.clear();
    this.#post({ kind: 'log', events: [] });
    this.#save();
    this.resume();
  }

  /** Takes a run out of an archive; it stands still until it is resumed. */
  async import(archive: Uint8Array, device: TabDevice): Promise<void> {
    const files = unpackRun(archive);
    const text = (path: string) => new TextDecoder().decode(files.get(path));
    const configuration = validateConfiguration(parseJson(text('config.json')), 'config.json');
    const source = configuration.reward === 'auto' ? null : rewardSource(text(REWARD_FILE));
    if (configuration.reward !== 'auto' && source === null) throw new InputError('this run has a reward file that this page did not write');
    const verifier = source === null ? null : await userReward(source);
    const { events, damage } = readLog(text('events.jsonl'));
    if (damage !== null) throw new InputError(`events.jsonl: ${damage}`);
    await this.#openRun(configuration, source, verifier, device);
    disk.clear();
    for (const [path, content] of files) if (path !== 'lock') disk.set(`${FOLDER}/${path}`, content);
    this.#post({ kind: 'log', events });
    this.settle();
  }

  /** Says again where the run stands, after something was refused. */
  settle(): void {
    if (this.#configuration === null) this.#status('none');
    else if (this.#training !== null) this.#status('running');
    else this.#status(this.#events().at(-1)?.event === 'run-end' ? 'finished' : 'paused');
  }

  resume(): void {
    if (this.#training !== null || this.#open === null) return;
    this.#training = this.#train().finally(() => {
      this.#training = null;
    });
  }

  async pause(): Promise<void> {
    if (this.#training === null) return;
    this.#status('pausing');
    await this.#stop();
  }

  /** Changes what may be changed. A run that goes on is stopped for a moment: its step at hand is taken again. */
  async edit(edits: Edits): Promise<void> {
    if (this.#configuration === null) throw new InputError('there is no run to change yet');
    const verifier = edits.reward === null ? null : await userReward(edits.reward);
    const configuration = validateConfiguration(editedConfiguration(this.#configuration, edits), 'the change');
    const wasRunning = this.#training !== null;
    await this.#stop();
    const before = editsOf(this.#configuration, this.#reward);
    this.#configuration = configuration;
    this.#reward = edits.reward;
    this.#verifier = verifier;
    this.#note(before, edits);
    this.#save();
    this.#told();
    if (wasRunning) this.resume();
  }

  async export(): Promise<void> {
    if (this.#configuration === null) throw new InputError('there is no run to save yet');
    const wasRunning = this.#training !== null;
    await this.#stop();
    const files = new Map([...disk].map(([path, content]) => [path.slice(FOLDER.length + 1), content]));
    this.#post({ kind: 'exported', archive: packRun(files), step: this.#step() });
    if (wasRunning) this.resume();
  }

  #events(): readonly RunEvent[] {
    return readLog(read('events.jsonl') ?? '').events;
  }

  #step(): number {
    return this.#events().findLast((event) => event.event === 'step-end')?.step ?? 0;
  }

  async #stop(): Promise<void> {
    this.#interrupt?.abort();
    await this.#training;
  }

  /** Opens a run in place of the one before, which stays as it is where the new one cannot be opened. */
  async #openRun(configuration: RunConfiguration, reward: string | null, verifier: Verifier | null, device: TabDevice): Promise<void> {
    await this.#stop();
    this.#status('loading');
    const opened = await openTabRun(configuration, device);
    this.#open?.device.dispose();
    this.#open = opened;
    this.#configuration = configuration;
    this.#reward = reward;
    this.#verifier = verifier;
    this.#fresh = [];
    this.#told();
  }

  #told(): void {
    this.#post({ kind: 'opened', device: this.#open!.device.description, configuration: this.#configuration!, reward: this.#reward });
  }

  /** What the run folder needs for another program to go on with it. */
  #save(): void {
    write('config.json', `${JSON.stringify(this.#configuration, null, 2)}\n`);
    if (this.#reward !== null) write(REWARD_FILE, rewardFile(this.#reward));
  }

  /** The log keeps the configuration that the run began with; what changed after which step stands beside it. */
  #note(before: Edits, after: Edits): void {
    const line = JSON.stringify({ after_step: this.#step(), before, after });
    write('edits.jsonl', `${read('edits.jsonl') ?? ''}${line}\n`);
  }

  /** The verifier in use, listened to. */
  #listening(): Verifier {
    const verifier = this.#verifier ?? this.#open!.verifier;
    return async (input) => {
      const judgement = await verifier(input);
      const { verdict, reward } = judgement;
      this.#fresh = [{ prompt: input.prompt, response: input.response, verdict, reward }, ...this.#fresh].slice(0, FRESH);
      return judgement;
    };
  }

  async #train(): Promise<void> {
    const interrupt = new AbortController();
    this.#interrupt = interrupt;
    let isFirst = true;
    this.#status('running');
    try {
      await train({
        runFolder: FOLDER,
        configuration: this.#configuration!,
        parts: { ...this.#open!.parts, verifier: this.#listening() },
        signal: interrupt.signal,
        onEvent: (event) => {
          // A resume sets aside what its checkpoint does not hold, so the page's log is made anew with the first event after it.
          this.#post(isFirst ? { kind: 'log', events: this.#events() } : { kind: 'event', event, fresh: this.#fresh });
          isFirst = false;
        },
        onProgress: (progress) => this.#post({ kind: 'progress', progress }),
      });
      this.#status('finished');
    } catch (error) {
      if (error instanceof InterruptedError) this.#status('paused');
      else this.#post({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  }
}
