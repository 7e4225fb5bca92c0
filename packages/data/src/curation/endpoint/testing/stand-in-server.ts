import recorded from './llama-server.json' with { type: 'json' };

/** What the server is asked: the body of a chat completion request, as far as tests look at it. */
export interface AskedBody {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly temperature: number;
  readonly max_tokens: number;
  readonly seed: number;
}

/** An answer's text, or a status with which the request is refused. */
export type StandInAnswer = string | { readonly status: number } | { readonly text: string; readonly finish: 'stop' | 'length' };

export interface StandInServer {
  readonly url: string;
  readonly asked: readonly AskedBody[];
  /** Most requests that were under way at the same time. */
  readonly mostAtOnce: number;
  stop(): Promise<void>;
}

/**
 * A server on loopback that answers with what `llama-server` answered when it was asked with SmolLM2-135M-Instruct (`llama-server.json`, as
 * it came but for the model's path); text, counts and status are the test's.
 */
export function standInServer(answer: (body: AskedBody, call: number) => StandInAnswer | Promise<StandInAnswer>): StandInServer {
  const asked: AskedBody[] = [];
  let now = 0;
  let mostAtOnce = 0;
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (request.method !== 'POST' || pathname !== '/v1/chat/completions') {
        return Response.json({ error: { message: 'File Not Found', type: 'not_found_error', code: 404 } }, { status: 404 });
      }
      const body = (await request.json()) as AskedBody;
      mostAtOnce = Math.max(mostAtOnce, ++now);
      try {
        const given = await answer(body, asked.push(body));
        return typeof given === 'object' && 'status' in given ? refusal(given.status) : Response.json(completion(body, given));
      } finally {
        now--;
      }
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/v1`,
    asked,
    get mostAtOnce() {
      return mostAtOnce;
    },
    stop: () => server.stop(true),
  };
}

function refusal(status: number): Response {
  // Milliseconds to wait, as some servers say it; tests need not wait for the library's own half second.
  return Response.json(
    { error: { ...recorded.refusal.error, message: `refused with ${status}`, code: status } },
    { status, headers: { 'retry-after-ms': '5' } },
  );
}

function completion({ model, messages }: AskedBody, given: string | { readonly text: string; readonly finish: 'stop' | 'length' }): object {
  const { text, finish } = typeof given === 'string' ? { text: given, finish: 'stop' } : given;
  const [prompt, completed] = [messages.map(({ content }) => content).join(' '), text].map((words) => words.split(/\s+/).length);
  return {
    ...recorded.answer,
    choices: [{ ...recorded.answer.choices[0], finish_reason: finish, message: { role: 'assistant', content: text } }],
    model,
    usage: { ...recorded.answer.usage, completion_tokens: completed, prompt_tokens: prompt, total_tokens: prompt! + completed! },
  };
}
