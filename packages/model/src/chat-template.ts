import { Template } from '@huggingface/jinja';
import { isJsonObject, shown } from './config-json.ts';
import type { JsonObject, JsonValue } from './config-types.ts';
import { ModelInputError } from './folder-error.ts';

export interface ChatMessage {
  /** Usually `system`, `user` or `assistant`. */
  readonly role: string;
  readonly content: string;
}

export interface RenderOptions {
  /** End the text where the assistant's answer begins; on unless said otherwise. */
  readonly addGenerationPrompt?: boolean;
  /** Further variables of the template, such as Qwen3's `enable_thinking`. */
  readonly variables?: { readonly [name: string]: unknown };
}

/** A folder's Jinja chat template. */
export interface ChatTemplate {
  /**
   * The prompt text of a conversation. Special tokens stand in the text already: encode it with `addSpecialTokens: false`.
   *
   * @throws ModelInputError with the template's own words when it refuses the messages.
   */
  render(messages: readonly ChatMessage[], options?: RenderOptions): string;
}

const SPECIAL_TOKENS = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'];

/**
 * The template of a folder, or null where it has none. The file `chat_template.jinja` wins over `chat_template` of
 * tokenizer_config.json, which is a string or a list of named ones (then `default` is taken), as in transformers.
 *
 * @throws ModelInputError when the template cannot be parsed.
 */
export function createChatTemplate(
  tokenizerConfig: JsonObject,
  files: { readonly template: string | null; readonly specialTokens: JsonObject },
): ChatTemplate | null {
  const source = files.template ?? templateOf(tokenizerConfig.chat_template);
  if (source === null) return null;
  let template: Template;
  try {
    template = new Template(source);
  } catch (cause) {
    throw new ModelInputError(`the chat template cannot be parsed (${(cause as Error).message}); correct chat_template`, { cause });
  }
  const tokens: Record<string, string> = {};
  for (const key of SPECIAL_TOKENS) {
    const token = tokenText(tokenizerConfig[key]) ?? tokenText(files.specialTokens[key]);
    if (token !== null) tokens[key] = token;
  }
  return {
    render: (messages, options = {}) => {
      const { addGenerationPrompt = true, variables = {} } = options;
      try {
        return template.render({ ...tokens, ...variables, messages, add_generation_prompt: addGenerationPrompt });
      } catch (cause) {
        throw new ModelInputError(`the chat template refuses the messages: ${(cause as Error).message}`, { cause });
      }
    },
  };
}

function templateOf(value: JsonValue | undefined): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  const named = Array.isArray(value) ? value.find((each) => isJsonObject(each) && each.name === 'default') : undefined;
  if (isJsonObject(named) && typeof named.template === 'string') return named.template;
  throw new ModelInputError(
    `tokenizer_config.json: chat_template must be a string or a list with one named default, found ${shown(value)}`,
  );
}

/** A special token is written as a string or as an object with its content. */
function tokenText(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value;
  return isJsonObject(value) && typeof value.content === 'string' ? value.content : null;
}
