import type { ChatMessage, RenderOptions } from './chat-template.ts';
import { ModelInputError } from './folder-error.ts';
import type { ModelFolder } from './folder-types.ts';

/**
 * The tokens of a prompt that the model is to answer. With a chat template: the rendered text, whose special tokens stand in it already.
 * Without one: the messages' contents, one behind the other, with the special tokens that the tokenizer adds (such as a begin token).
 *
 * @throws ModelInputError when the folder has no tokenizer or its template refuses the messages.
 */
export function promptTokens(
  folder: Pick<ModelFolder, 'tokenizer' | 'chatTemplate'>,
  messages: readonly ChatMessage[],
  options: RenderOptions = {},
): Uint32Array<ArrayBuffer> {
  const { tokenizer, chatTemplate } = folder;
  if (tokenizer === null) throw new ModelInputError('the model folder has no tokenizer.json; add it or give token ids instead of text');
  if (chatTemplate !== null) return tokenizer.encode(chatTemplate.render(messages, options), { addSpecialTokens: false });
  return tokenizer.encode(messages.map(({ content }) => content).join(''), { addSpecialTokens: true });
}
