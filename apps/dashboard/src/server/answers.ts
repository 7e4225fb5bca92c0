/** What every answer of the server carries, and the few kinds of answers there are. */

/**
 * Nothing from elsewhere, no inline code; blob: is for kernel threads and for a reward that the visitor writes, in workers of this page
 * only. The two cross-origin headers make the page isolated, which is what shared memory, and so threads, need.
 */
const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
} as const;

export function answer(body: BodyInit, type: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(body, { headers: { ...HEADERS, 'Content-Type': type, ...headers } });
}

export function jsonAnswer(value: unknown): Response {
  return answer(JSON.stringify(value), 'application/json');
}

export function refusal(status: 403 | 404 | 405 | 500, message: string): Response {
  const response = jsonAnswer({ error: message });
  return new Response(response.body, { status, headers: response.headers });
}
