import OpenAI from 'openai';
import pLimit, { type LimitFunction } from 'p-limit';
import * as z from 'zod';
import type { Message } from '../../record.ts';
import type { Hasher } from '../items.ts';
import type { Ledger, LedgerLog } from '../ledger.ts';

/** A server that speaks the chat completions of OpenAI: OpenAI itself, vLLM, SGLang, llama.cpp, Ollama and others. */
export const endpointOptions = z.strictObject({
  /** The address up to and with the version, such as `http://127.0.0.1:8080/v1`. */
  url: z.url(),
  /** The environment variable that holds the key; many local servers want none. */
  keyVariable: z.string().min(1).optional(),
  /** Requests under way at the same time. */
  concurrency: z.int().min(1).max(1024).default(8),
  /** Further tries of a request that met a broken line, a full server (429) or its failure (5xx), each after a longer pause. */
  retries: z.int().min(0).max(20).default(5),
  timeoutSeconds: z.number().positive().default(600),
  /** Price of a million tokens, in whatever currency the cost shall be shown. */
  price: z.strictObject({ prompt: z.number().min(0), completion: z.number().min(0) }).default({ prompt: 0, completion: 0 }),
});

export type EndpointOptions = z.infer<typeof endpointOptions>;

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly temperature: number;
  readonly maxTokens: number;
  /** Number of this draw: the same request with another number is another answer. Sent as the seed, which not every server heeds. */
  readonly sample: number;
}

const answerSchema = z.object({
  text: z.string(),
  finish: z.enum(['stop', 'length']),
  promptTokens: z.number(),
  completionTokens: z.number(),
});

export type ChatAnswer = z.infer<typeof answerSchema>;

/** What was asked so far; `cost` is of this run alone, since answers on file are not paid for again. */
export interface EndpointUse {
  readonly asked: number;
  readonly remembered: number;
  readonly retried: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cost: number;
}

export interface EndpointHost {
  readonly ledger: Ledger;
  readonly hasher: Hasher;
  readonly apiKey?: string;
  /** Told after every answer that was not on file. */
  readonly onUse?: (use: EndpointUse) => void;
}

/** Asks a server, never for the same thing twice: every answer is in the ledger before it is given out. */
export class ChatEndpoint {
  readonly #options: EndpointOptions;
  readonly #host: EndpointHost;
  readonly #client: OpenAI;
  readonly #limit: LimitFunction;
  readonly #log: LedgerLog;
  readonly #known: Map<string, ChatAnswer>;
  readonly #underWay = new Map<string, Promise<ChatAnswer>>();
  readonly #use = { asked: 0, remembered: 0, promptTokens: 0, completionTokens: 0 };
  /** Requests that were begun, and calls of the server for them: what is more are further tries. */
  #begun = 0;
  #calls = 0;

  private constructor(options: EndpointOptions, host: EndpointHost, log: LedgerLog) {
    this.#options = options;
    this.#host = host;
    this.#log = log;
    this.#limit = pLimit(options.concurrency);
    this.#known = new Map(log.lines.map(parseLine));
    this.#client = new OpenAI({
      baseURL: options.url,
      // The library insists on a key; servers that want none do not look at it.
      apiKey: host.apiKey ?? 'none',
      maxRetries: options.retries,
      timeout: options.timeoutSeconds * 1000,
      // A page that asks a server does so with its own user's key.
      dangerouslyAllowBrowser: true,
      fetch: (input, init) => {
        this.#calls++;
        return fetch(input, init);
      },
    });
  }

  static async open(options: EndpointOptions, host: EndpointHost): Promise<ChatEndpoint> {
    const log = await host.ledger.openLog(`endpoint-${host.hasher(options.url).slice(0, 16)}.log`);
    return new ChatEndpoint(options, host, log);
  }

  get use(): EndpointUse {
    const { promptTokens, completionTokens } = this.#use;
    const { price } = this.#options;
    const cost = (promptTokens * price.prompt + completionTokens * price.completion) / 1_000_000;
    return { ...this.#use, retried: Math.max(0, this.#calls - this.#begun), cost };
  }

  /** @throws what the server answered, after the last try, with its address and the model. */
  async ask(request: ChatRequest, signal: AbortSignal): Promise<ChatAnswer> {
    const { model, messages, temperature, maxTokens, sample } = request;
    const key = this.#host.hasher(
      JSON.stringify([model, messages.map(({ role, content }) => [role, content]), temperature, maxTokens, sample]),
    );
    const known = this.#known.get(key);
    if (known !== undefined) {
      this.#use.remembered++;
      return known;
    }
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay;
    const asking = this.#limit(() => this.#send(request, key, signal));
    this.#underWay.set(key, asking);
    try {
      return await asking;
    } finally {
      this.#underWay.delete(key);
    }
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  async #send({ model, messages, temperature, maxTokens, sample }: ChatRequest, key: string, signal: AbortSignal): Promise<ChatAnswer> {
    signal.throwIfAborted();
    this.#begun++;
    const completion = await this.#client.chat.completions
      .create(
        {
          model,
          messages: messages.map(({ role, content }) => ({ role, content })) as OpenAI.ChatCompletionMessageParam[],
          temperature,
          max_tokens: maxTokens,
          seed: sample,
        },
        { signal },
      )
      .catch((error: unknown) => {
        signal.throwIfAborted();
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`${this.#options.url}, model ${model}: ${reason}`, { cause: error });
      });
    const choice = completion.choices[0];
    if (choice === undefined) throw new Error(`${this.#options.url}, model ${model}: an answer without choices`);
    const answer: ChatAnswer = {
      text: choice.message.content ?? '',
      finish: choice.finish_reason === 'length' ? 'length' : 'stop',
      promptTokens: completion.usage?.prompt_tokens ?? 0,
      completionTokens: completion.usage?.completion_tokens ?? 0,
    };
    await this.#log.append([`${key} ${JSON.stringify(answer)}`]);
    this.#known.set(key, answer);
    this.#count(answer);
    return answer;
  }

  #count({ promptTokens, completionTokens }: ChatAnswer): void {
    const use = this.#use;
    use.asked++;
    use.promptTokens += promptTokens;
    use.completionTokens += completionTokens;
    this.#host.onUse?.(this.use);
  }
}

function parseLine(line: string): [string, ChatAnswer] {
  const space = line.indexOf(' ');
  return [line.slice(0, space), answerSchema.parse(JSON.parse(line.slice(space + 1)))];
}
