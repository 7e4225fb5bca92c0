import { fileURLToPath } from 'node:url';
import { nanoBase } from '@or1/nano';
import { InputError } from '@or1/trainer';
import type { EmbeddedRun } from '../page/source.ts';
import { answer, jsonAnswer, refusal } from './answers.ts';
import { eventStream } from './event-stream.ts';
import { exportPage } from './export-page.ts';
import { readBaselines, readLab } from './kept-results.ts';
import { pageFiles } from './page-files.ts';
import { RunAnswers } from './run-answers.ts';
import { RunCatalogue, type RunEntry } from './run-catalogue.ts';

export interface DashboardOptions {
  /** Run folders, or folders of run folders. Nothing else of the machine is read but the repository's own results. */
  readonly paths: readonly string[];
  /** 0 takes any free port. */
  readonly port: number;
  /** Folder with `lab/results` and `baselines`; default: the repository's. */
  readonly benchFolder?: string;
}

export interface Dashboard {
  readonly url: string;
  stop(): Promise<void>;
}

const SHELL = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>or1 dashboard</title>
<link rel="stylesheet" href="/dashboard.css">
</head>
<body>
<div id="dashboard"></div>
<noscript>The dashboard needs JavaScript.</noscript>
<script src="/dashboard.js"></script>
</body>
</html>
`;

const JAVASCRIPT = 'text/javascript; charset=utf-8';

/** Files of the model that trains in the browser. */
const BASE = 'nano-E';
const BASE_FILES = ['config.json', 'generation_config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];

class Server {
  readonly #runs: RunAnswers;
  readonly #files = pageFiles();
  readonly #benchFolder: string;

  constructor(catalogue: RunCatalogue, benchFolder: string) {
    this.#runs = new RunAnswers(catalogue);
    this.#benchFolder = benchFolder;
  }

  async handle(request: Request, host: string): Promise<Response> {
    // A page elsewhere can point a name of its own at this address; only the address itself is answered.
    if (request.headers.get('host') !== host) return refusal(403, `this server answers to ${host} only`);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refusal(405, 'this server only shows');
    const { pathname, searchParams } = new URL(request.url);
    const [first = '', second, third, ...rest] = pathname.slice(1).split('/');
    if (rest.length > 0) return refusal(404, 'there is nothing here');
    if (second === undefined) return this.#file(first, searchParams, request.signal);
    if (first === 'nano' && second === BASE && third !== undefined) return this.#baseFile(third);
    if (first === 'runs') return this.#run(decodeURIComponent(second), third, searchParams);
    return refusal(404, 'there is nothing here');
  }

  async #file(name: string, parameters: URLSearchParams, signal: AbortSignal): Promise<Response> {
    switch (name) {
      case '':
        return answer(SHELL, 'text/html; charset=utf-8');
      case 'dashboard.js':
        return answer(await this.#files.script(), JAVASCRIPT);
      case 'dashboard.css':
        return answer(await this.#files.style(), 'text/css; charset=utf-8');
      case 'worker.js':
        return answer(await this.#files.worker(), JAVASCRIPT);
      case 'runs':
        return jsonAnswer(await this.#runs.list());
      case 'live':
        return eventStream(this.#runs, parameters.getAll('follow'), signal);
      case 'lab':
        return jsonAnswer(await readLab(this.#benchFolder));
      case 'benchmarks':
        return jsonAnswer(await readBaselines(this.#benchFolder));
      case 'export':
        return this.#export(parameters.getAll('run'));
      default:
        return refusal(404, 'there is nothing here');
    }
  }

  async #baseFile(name: string): Promise<Response> {
    if (!BASE_FILES.includes(name)) return refusal(404, `${BASE} has no file of that name`);
    return answer(Bun.file(fileURLToPath(new URL(name, nanoBase(BASE)))), 'application/octet-stream');
  }

  async #run(id: string, what: string | undefined, parameters: URLSearchParams): Promise<Response> {
    const entry = await this.#runs.find(id);
    if (entry === null) return refusal(404, 'there is no such run');
    switch (what) {
      case 'events':
        return answer(await this.#runs.eventsText(entry), 'application/json');
      case 'samples': {
        const step = parameters.get('step');
        return jsonAnswer(await this.#runs.samples(entry, step === null ? null : Number(step)));
      }
      case 'problems':
        return jsonAnswer(await this.#runs.problems(entry));
      default:
        return refusal(404, 'a run has events, samples and problems');
    }
  }

  async #embedded(entry: RunEntry): Promise<EmbeddedRun> {
    const { events, notice } = await this.#runs.log(entry);
    return {
      id: entry.id,
      events,
      notice,
      samples: await this.#runs.sampleSelection(entry),
      problems: await this.#runs.problems(entry),
    };
  }

  async #export(ids: readonly string[]): Promise<Response> {
    const all = await this.#runs.list();
    const lines = ids.length === 0 ? all : all.filter(({ id }) => ids.includes(id));
    const runs: EmbeddedRun[] = [];
    for (const { id } of lines) {
      const entry = await this.#runs.find(id);
      if (entry !== null) runs.push(await this.#embedded(entry));
    }
    const [lab, benchmarks] = [await readLab(this.#benchFolder), await readBaselines(this.#benchFolder)];
    return answer(await exportPage(this.#files, { lines, runs, lab, benchmarks }), 'text/html; charset=utf-8', {
      'Content-Disposition': 'attachment; filename="or1-dashboard.html"',
    });
  }

  /** Makes page and script before the first visitor asks, and reads the logs. */
  async warmUp(): Promise<void> {
    await Promise.all([this.#files.script(), this.#files.style(), this.#runs.list()]);
  }
}

/**
 * Serves the dashboard on 127.0.0.1.
 *
 * @throws InputError where a path is no folder or the port is taken.
 */
export async function serveDashboard({ paths, port, benchFolder }: DashboardOptions): Promise<Dashboard> {
  const catalogue = await RunCatalogue.open(paths);
  const server = new Server(catalogue, benchFolder ?? fileURLToPath(new URL('../../../../bench', import.meta.url)));
  const address = (bound: number) => `127.0.0.1:${bound}`;
  const listen = () => {
    try {
      return Bun.serve({
        hostname: '127.0.0.1',
        port,
        idleTimeout: 0,
        fetch: (request, { port: bound }) => server.handle(request, address(bound ?? port)),
        error: (error) => refusal(500, error.message),
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      throw new InputError(`port ${port} is in use; stop what uses it, or choose another with --port N`, { cause: error });
    }
  };
  const listening = listen();
  await server.warmUp();
  return { url: `http://${address(listening.port ?? port)}/`, stop: () => listening.stop(true) };
}
