import { type ModelFolder, ModelInputError } from '@or1/model';
import type { TextCodec } from '../ports.ts';

/**
 * Prompts through the folder's chat template, up to where the assistant begins; where it has none, the messages' plain content with the
 * tokenizer's special tokens around it.
 *
 * @throws ModelInputError when the folder has no tokenizer.
 */
export function createTextCodec(folder: ModelFolder, location: string): TextCodec {
  const { tokenizer, chatTemplate } = folder;
  if (!tokenizer)
    throw new ModelInputError(`${location}: has no tokenizer.json, so it cannot read prompts; put the model's tokenizer beside it`);
  return {
    encodePrompt: (messages) =>
      chatTemplate
        ? tokenizer.encode(chatTemplate.render(messages, { addGenerationPrompt: true }), { addSpecialTokens: false })
        : tokenizer.encode(messages.map(({ content }) => content).join(''), { addSpecialTokens: true }),
    decode: (tokens) => tokenizer.decode(tokens, { skipSpecial: true }),
  };
}
