import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ChatMessage, createChatTemplate } from './chat-template.ts';
import type { JsonObject } from './config-types.ts';

interface TemplateRecord {
  readonly model: string;
  readonly file: string;
  readonly case: string;
  readonly messages: readonly ChatMessage[];
  readonly addGenerationPrompt: boolean;
  readonly variables: { readonly [name: string]: unknown };
  readonly text?: string;
  readonly sha256?: string;
  readonly length?: number;
}

const oracle = (await Bun.file(join(import.meta.dir, '../../../test/oracles/chat-templates.json')).json()) as {
  records: readonly TemplateRecord[];
};
const published = join(import.meta.dir, '../../../../shared/tokenizers');

describe.skipIf(!existsSync(published))('published templates against transformers', () => {
  test.each(oracle.records.map((record) => [record.model, record.case, record] as const))('%s: %s', async (_model, _case, record) => {
    const config = (await Bun.file(join(published, record.file)).json()) as JsonObject;
    const template = createChatTemplate(config, { template: null, specialTokens: {} })!;
    const text = template.render(record.messages, { addGenerationPrompt: record.addGenerationPrompt, variables: record.variables });
    if (record.text !== undefined) {
      expect(text).toBe(record.text);
    } else {
      expect(text.length).toBe(record.length!);
      expect(new Bun.CryptoHasher('sha256').update(text).digest('hex')).toBe(record.sha256!);
    }
  });
});

const hello = [{ role: 'user', content: 'hello' }];
const none = { template: null, specialTokens: {} };

describe('where a template comes from', () => {
  test('nowhere', () => expect(createChatTemplate({}, none)).toBeNull());
  test('the file wins over the configuration', () => {
    const template = createChatTemplate({ chat_template: 'old' }, { template: '{{ messages[0].content }}!', specialTokens: {} });
    expect(template?.render(hello)).toBe('hello!');
  });
  test('the default of a list', () => {
    const list = [
      { name: 'tool_use', template: 'tools' },
      { name: 'default', template: '{{ messages[0].role }}' },
    ];
    expect(createChatTemplate({ chat_template: list }, none)?.render(hello)).toBe('user');
    expect(() => createChatTemplate({ chat_template: [] }, none)).toThrow('tokenizer_config.json: chat_template must be');
  });
});

describe('what a template sees', () => {
  test('special tokens in every spelling', () => {
    const config = { chat_template: '{{ bos_token }}{{ eos_token }}{{ pad_token }}', bos_token: '<s>', eos_token: { content: '</s>' } };
    expect(
      createChatTemplate(config, { template: null, specialTokens: { bos_token: 'x', pad_token: { content: '_' } } })?.render(hello),
    ).toBe('<s></s>_');
  });
  test('the generation prompt, on unless switched off', () => {
    const template = createChatTemplate({ chat_template: '{% if add_generation_prompt %}A:{% endif %}' }, none)!;
    expect([template.render(hello), template.render(hello, { addGenerationPrompt: false })]).toEqual(['A:', '']);
  });
});

test('a template that cannot be parsed, or refuses the messages, says so', () => {
  expect(() => createChatTemplate({ chat_template: '{% if %}' }, none)).toThrow('the chat template cannot be parsed');
  const strict = createChatTemplate({ chat_template: "{{ raise_exception('roles must alternate') }}" }, none)!;
  expect(() => strict.render(hello)).toThrow('the chat template refuses the messages: roles must alternate');
});
