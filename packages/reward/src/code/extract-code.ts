/** Takes the program out of a response. */

/**
 * The last fenced block marked `python` in the text between the first and the second `</think>`, or in all of it where there is none
 * (report, d.2). A fence that is still open at the end of the text is no block.
 */
export function extractCode(response: string): string | null {
  const parts = response.split('</think>');
  const answer = parts.length > 1 ? parts[1]! : response;
  let code: string | null = null;
  for (const match of answer.matchAll(/```python[^\S\n]*\n(.*?)```/gs)) code = match[1]!;
  return code;
}
