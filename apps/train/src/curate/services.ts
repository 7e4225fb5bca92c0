import {
  ChatEndpoint,
  type CurationConfiguration,
  type EndpointUse,
  type EvaluationText,
  endpointSolver,
  type Hasher,
  type Ledger,
  readSources,
  type StageServices,
} from '@or1/data/curation';
import { nodeFiles, sentenceTransformer } from '@or1/data/node';
import { InputError } from '@or1/trainer';
import type { CommonOptions } from '../cli/common-options.ts';
import { openDevice } from '../engine.ts';
import { openJudges } from './judges.ts';
import { openLocalSolver } from './local-solver.ts';

export interface OpenServices {
  readonly services: StageServices;
  /** What the endpoints were asked so far, by name. */
  readonly use: ReadonlyMap<string, EndpointUse>;
  close(): Promise<void>;
}

export interface ServiceHost {
  readonly configuration: CurationConfiguration;
  readonly flags: CommonOptions;
  readonly ledger: Ledger;
  readonly hasher: Hasher;
}

/** Hands the stages of a configuration what they ask for; everything is opened at first use and closed together. */
export function openServices({ configuration, flags, ledger, hasher }: ServiceHost): OpenServices {
  const judges = openJudges(configuration.sandbox, flags.threads);
  const closers: (() => void | Promise<void>)[] = [() => judges.close()];
  const endpoints = new Map<string, Promise<ChatEndpoint>>();
  const use = new Map<string, EndpointUse>();
  let evaluations: Promise<readonly EvaluationText[]> | null = null;

  const endpoint = async (name: string) => {
    const options = configuration.endpoints[name];
    if (options === undefined) {
      throw new InputError(`there is no endpoint ${name}; known are ${Object.keys(configuration.endpoints).join(', ') || 'none'}`);
    }
    const apiKey = options.keyVariable === undefined ? undefined : process.env[options.keyVariable];
    if (options.keyVariable !== undefined && apiKey === undefined) {
      throw new InputError(`endpoint ${name}: the environment variable ${options.keyVariable} is not set; it must hold the key`);
    }
    const open = async () => {
      const onUse = (now: EndpointUse) => use.set(name, now);
      const opened = await ChatEndpoint.open(options, { ledger, hasher, onUse, ...(apiKey === undefined ? {} : { apiKey }) });
      closers.push(() => opened.close());
      return opened;
    };
    const opening = endpoints.get(name) ?? open();
    endpoints.set(name, opening);
    return { endpoint: await opening, url: options.url };
  };

  const services: StageServices = {
    mathJudge: judges.math,
    referenceJudge: judges.references,
    judge: judges.any,
    embedder: sentenceTransformer,
    endpoint,
    async solver(choice) {
      if ('endpoint' in choice) {
        const { endpoint: opened, url } = await endpoint(choice.endpoint);
        return endpointSolver(opened, choice.model, url);
      }
      const { solver, close } = await openLocalSolver(choice.folder, choice.name ?? nameOf(choice.folder), () => openDevice(flags));
      closers.push(close);
      return solver;
    },
    evaluations() {
      evaluations ??= readEvaluations(configuration, hasher);
      return evaluations;
    },
  };
  return {
    services,
    use,
    close: async () => {
      for (const close of closers.reverse()) await close();
    },
  };
}

const nameOf = (folder: string): string => folder.replace(/\/+$/, '').split('/').at(-1)!;

async function readEvaluations({ evaluations, onError }: CurationConfiguration, hasher: Hasher): Promise<readonly EvaluationText[]> {
  const sources = evaluations.map((set) => ({ ...set, licence: '' }));
  const { items } = await readSources(nodeFiles, sources, { hasher, onError });
  return items.map(({ id, source, text }) => ({ id, set: source, text }));
}
