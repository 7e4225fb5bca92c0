const OPEN = '<think>';
const CLOSE = '</think>';

/** The part of a response in which an answer counts, and where it begins; null where the response never left its reasoning. */
export interface AnswerText {
  readonly text: string;
  readonly offset: number;
}

/**
 * Cuts the reasoning off: the text between the first and the second `</think>`. A response that opens its reasoning and never closes it
 * has no answer. `promptOpensReasoning` says that the chat template has already written the open tag, so that a response
 * without a close tag is all reasoning.
 */
export function answerText(response: string, promptOpensReasoning: boolean): AnswerText | null {
  const first = response.indexOf(CLOSE);
  if (first < 0) return promptOpensReasoning || response.includes(OPEN) ? null : { text: response, offset: 0 };
  const start = first + CLOSE.length;
  const second = response.indexOf(CLOSE, start);
  return { text: response.slice(start, second < 0 ? undefined : second), offset: start };
}

/** The report's rule: the text between the first and the second `</think>`, or the whole completion where there is none. */
export const completionText = (response: string): AnswerText =>
  response.includes(CLOSE) ? answerText(response, false)! : { text: response, offset: 0 };
