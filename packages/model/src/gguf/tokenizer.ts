import type { JsonObject } from '../config-types.ts';
import { ModelInputError } from '../folder-error.ts';
import type { GgufMetadata } from './metadata.ts';

const byteLevel = (useRegex: boolean) => ({ type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: useRegex });

/** A pattern that cuts text into words, then bytes as printable letters. */
const split = (pattern: string) => ({
  type: 'Sequence',
  pretokenizers: [{ type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false }, byteLevel(false)],
});

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
/** Words with one leading sign, numbers of so many digits, runs of signs, line breaks, spaces. */
const words = (digits: string) =>
  `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

interface TextRules {
  readonly normalizer: JsonObject | null;
  readonly preTokenizer: JsonObject;
  /** Whether a begin token is put in front where the file does not say. */
  readonly addsBegin: boolean;
}

/** How text is cut before the merges, by the file's `tokenizer.ggml.pre`. */
const RULES: Readonly<Record<string, TextRules>> = {
  'gpt-2': { normalizer: null, preTokenizer: byteLevel(true), addsBegin: false },
  smollm: {
    normalizer: null,
    preTokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, byteLevel(true)] },
    addsBegin: false,
  },
  qwen2: { normalizer: { type: 'NFC' }, preTokenizer: split(words('')), addsBegin: false },
  'llama-bpe': { normalizer: null, preTokenizer: split(words('{1,3}')), addsBegin: true },
};

/** Token types of the file. */
const CONTROL = 3;
const USER_DEFINED = 4;

/** The text side of a Hugging Face folder, as the metadata describe it. */
export interface TextFiles {
  readonly tokenizer: JsonObject;
  readonly tokenizerConfig: JsonObject;
}

/**
 * `tokenizer.json` and `tokenizer_config.json` of the metadata: byte-level BPE with the text rules that are known by name.
 *
 * @throws ModelInputError naming the tokenizer that is not read.
 */
export function tokenizerOfGguf(metadata: GgufMetadata): TextFiles {
  const kind = metadata.needed('tokenizer.ggml.model', metadata.text('tokenizer.ggml.model'));
  const pre = metadata.text('tokenizer.ggml.pre') ?? 'default';
  const rules = kind === 'gpt2' ? RULES[pre] : undefined;
  if (!rules) {
    const known = Object.keys(RULES).join(', ');
    throw new ModelInputError(
      `${metadata.location}: its tokenizer is ${kind}${kind === 'gpt2' ? ` with the text rules ${pre}` : ''}; read are gpt2 with ${known}; put the model's tokenizer.json beside the file`,
    );
  }
  const tokens = metadata.needed('tokenizer.ggml.tokens', metadata.texts('tokenizer.ggml.tokens'));
  const merges = metadata.needed('tokenizer.ggml.merges', metadata.texts('tokenizer.ggml.merges'));
  const types = metadata.numbers('tokenizer.ggml.token_type') ?? [];
  const added = tokens.flatMap((content, id) => {
    const type = types[id];
    if (type !== CONTROL && type !== USER_DEFINED) return [];
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: type === CONTROL }];
  });
  const spelling = (name: string): string | null => {
    const id = metadata.number(`tokenizer.ggml.${name}_token_id`);
    return id === undefined ? null : (tokens[id] ?? null);
  };
  const begin = spelling('bos');
  const addsBegin = begin !== null && (metadata.flag('tokenizer.ggml.add_bos_token') ?? rules.addsBegin);
  const template = metadata.text('tokenizer.chat_template');
  return {
    tokenizer: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: rules.normalizer,
      pre_tokenizer: rules.preTokenizer,
      post_processor: addsBegin ? beginInFront(begin, tokens.indexOf(begin)) : null,
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
        merges: [...merges],
      },
    },
    tokenizerConfig: {
      bos_token: begin,
      eos_token: spelling('eos'),
      pad_token: spelling('padding'),
      unk_token: spelling('unknown'),
      ...(template === undefined ? {} : { chat_template: template }),
    },
  };
}

function beginInFront(token: string, id: number): JsonObject {
  const piece = (name: string) => ({ Sequence: { id: name, type_id: 0 } });
  const begin = { SpecialToken: { id: token, type_id: 0 } };
  return {
    type: 'TemplateProcessing',
    single: [begin, piece('A')],
    pair: [begin, piece('A'), begin, piece('B')],
    special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
  };
}
