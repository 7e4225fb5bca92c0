import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Embedder } from '../curation/embedding/embedder.ts';
import { toUnit } from '../curation/embedding/hashed-ngrams.ts';

/** The version that this module was proved with; it is no dependency, since it brings 300 MB that most users never need. */
const PACKAGE = '@huggingface/transformers';
const VERSION = '4.3.1';

/** What of the package is used here. */
interface TransformersPackage {
  readonly env: { allowRemoteModels: boolean; localModelPath: string };
  pipeline(
    task: 'feature-extraction',
    model: string,
    options: { dtype: 'fp32'; device: 'cpu' },
  ): Promise<(texts: readonly string[], options: { pooling: 'mean'; normalize: boolean }) => Promise<EmbeddingTensor>>;
}

interface EmbeddingTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/**
 * A sentence transformer in a local folder (config.json, tokenizer.json, onnx/model.onnx) as an embedder: mean over the tokens, unit length. The
 * weights are never fetched from anywhere.
 *
 * @throws where the folder has no ONNX weights, or `@huggingface/transformers` is not installed.
 */
export async function sentenceTransformer(folder: string): Promise<Embedder> {
  const weights = join(folder, 'onnx', 'model.onnx');
  await access(weights).catch((cause: unknown) => {
    throw new Error(`${folder}: has no onnx/model.onnx; export the model to ONNX and put it there`, { cause });
  });
  const library = await openPackage();
  library.env.allowRemoteModels = false;
  library.env.localModelPath = '';
  const extract = await library.pipeline('feature-extraction', folder, { dtype: 'fp32', device: 'cpu' });
  const [probe] = await vectorsOf(['dimensions']);
  return {
    fingerprint: `${PACKAGE} ${await fileHash(weights)}`,
    dimensions: probe!.length,
    async embed(texts, signal) {
      signal.throwIfAborted();
      return vectorsOf(texts);
    },
  };

  async function vectorsOf(texts: readonly string[]): Promise<readonly Float32Array[]> {
    // One text at a time: padding beside a longer text would change the last bits of a vector.
    const vectors: Float32Array[] = [];
    for (const text of texts) vectors.push(toUnit(Float32Array.from((await extract([text], { pooling: 'mean', normalize: false })).data)));
    return vectors;
  }
}

async function openPackage(): Promise<TransformersPackage> {
  try {
    return (await import(PACKAGE)) as TransformersPackage;
  } catch (cause) {
    throw new Error(`a sentence transformer needs ${PACKAGE}, which is not installed; add it with: bun add ${PACKAGE}@${VERSION}`, {
      cause,
    });
  }
}

async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Uint8Array);
  return hash.digest('hex').slice(0, 16);
}
