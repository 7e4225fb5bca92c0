/**
 * What a kernel thread runs, as text: a worker made from a blob needs no file of its own, so every bundler carries it as it stands.
 * The thread joins the shared memory, says "ready", then serves command lists until the device is disposed of. A trap leaves its mark
 * in the failure word, which sends the waiting threads out of their loops.
 */
export const threadProgram = `
onmessage = async ({ data }) => {
  const abort = () => { throw new Error('a kernel aborted'); };
  const { instance } = await WebAssembly.instantiate(data.bytes, { env: { memory: data.memory, abort } });
  instance.exports.configure(data.words, data.index, data.count, true);
  postMessage('ready');
  try {
    instance.exports.serve();
  } catch (error) {
    Atomics.store(new Int32Array(data.memory.buffer, data.failure, 1), 0, 1);
    postMessage('kernel thread ' + data.index + ': ' + (error instanceof Error ? error.message : String(error)));
  }
};
`;
