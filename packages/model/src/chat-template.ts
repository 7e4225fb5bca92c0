export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

/** A folder's Jinja chat template. */
export interface ChatTemplate {
  /** The prompt text; `addGenerationPrompt` ends it where the assistant begins. Special tokens are in the text already. */
  render(
    messages: readonly ChatMessage[],
    options?: { readonly addGenerationPrompt?: boolean; readonly variables?: { readonly [name: string]: unknown } },
  ): string;
}
