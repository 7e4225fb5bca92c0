import { expect, test } from 'bun:test';
import { createChatTemplate } from './chat-template.ts';
import { promptTokens } from './folder-prompt.ts';
import { createTokenizer } from './tokenizer.ts';

const begin = { id: 3, content: '<s>', special: true, normalized: false, single_word: false, lstrip: false, rstrip: false };
const tokenizer = createTokenizer(
  {
    added_tokens: [begin],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { '<s>': { id: '<s>', ids: [3], tokens: ['<s>'] } },
    },
    decoder: { type: 'Fuse' },
    model: { type: 'BPE', vocab: { a: 0, b: 1, ':': 2 }, merges: [] },
  },
  {},
);
const messages = [
  { role: 'system', content: 'a' },
  { role: 'user', content: 'bb' },
];

test('without a template: contents one behind the other, behind the begin token', () => {
  expect([...promptTokens({ tokenizer, chatTemplate: null }, messages)]).toEqual([3, 0, 1, 1]);
});

test('with a template: its text as it stands, with one begin token', () => {
  const source = '{{ bos_token }}{% for message in messages %}{{ message.content }}:{% endfor %}{% if add_generation_prompt %}a{% endif %}';
  const chatTemplate = createChatTemplate({ chat_template: source, bos_token: '<s>' }, { template: null, specialTokens: {} });
  expect([...promptTokens({ tokenizer, chatTemplate }, messages)]).toEqual([3, 0, 2, 1, 1, 2, 0]);
  expect([...promptTokens({ tokenizer, chatTemplate }, messages, { addGenerationPrompt: false })]).toEqual([3, 0, 2, 1, 1, 2]);
});

test('without a tokenizer: refused', () => {
  expect(() => promptTokens({ tokenizer: null, chatTemplate: null }, messages)).toThrow('has no tokenizer.json');
});
