import { EMBEDDING, HEAD, parameterShapes } from '../config-tensors.ts';
import type { ModelConfig, StorageType } from '../config-types.ts';
import { ModelInputError } from '../folder-error.ts';
import type { FolderTensors, ModelFiles } from '../folder-types.ts';
import type { GgufHeader, GgufTensor } from './header.ts';
import { GGUF_STORAGE, type GgufStorage, ggufTypeName } from './values.ts';

const IN_LAYER: Readonly<Record<string, string>> = {
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};

/** The file's name of a parameter. */
function ggufName(name: string): string {
  if (name === EMBEDDING) return 'token_embd.weight';
  if (name === HEAD) return 'output.weight';
  if (name === 'model.norm.weight') return 'output_norm.weight';
  const [, layer, part, kind] = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name)!;
  return `blk.${layer}.${IN_LAYER[part!]}.${kind}`;
}

/** Blocks decoded from one read. */
const READ_BYTES = 1 << 24;

/**
 * The parameters that `config` asks for, de-quantised to f32 as they are read.
 *
 * @throws ModelInputError naming the tensor that is missing, of another shape, of a storage type that is not read, or cut off.
 */
export async function openGgufTensors(files: ModelFiles, file: string, header: GgufHeader, config: ModelConfig): Promise<FolderTensors> {
  const stored = new Map(header.tensors.map((tensor) => [tensor.name, tensor]));
  const fileBytes = await files.size(file);
  const found = new Map<string, { readonly tensor: GgufTensor; readonly storage: GgufStorage }>();
  for (const { name, shape } of parameterShapes(config)) {
    const tensor = stored.get(ggufName(name));
    if (!tensor)
      throw new ModelInputError(`${files.location} lacks tensor ${ggufName(name)}; fetch the file again or convert the model anew`);
    if (tensor.shape.join() !== shape.join()) {
      throw new ModelInputError(
        `${files.location}: tensor ${tensor.name} is [${tensor.shape.join(', ')}], the metadata ask for [${shape.join(', ')}]`,
      );
    }
    const storage = GGUF_STORAGE.get(tensor.type);
    if (!storage) {
      const read = [...GGUF_STORAGE.values()].map((each) => each.name).join(', ');
      throw new ModelInputError(
        `${files.location}: tensor ${tensor.name} is stored as ${ggufTypeName(tensor.type)}; ${read} are read, take a file in one of them`,
      );
    }
    if (shape.at(-1)! % storage.elements !== 0)
      throw new ModelInputError(
        `${files.location} is damaged: rows of ${shape.at(-1)} do not fill blocks of ${storage.name} (${tensor.name})`,
      );
    const end = tensor.start + byteLength(tensor, storage);
    if (end > fileBytes)
      throw new ModelInputError(
        `${files.location} is damaged: it ends after ${fileBytes} bytes, tensor ${tensor.name} needs ${end}; fetch it again`,
      );
    found.set(name, { tensor, storage });
  }
  const known = new Set([...found.values()].map(({ tensor }) => tensor.name));
  const surplus = header.tensors.find(({ name }) => !known.has(name));
  if (surplus)
    throw new ModelInputError(
      `${files.location} holds tensor ${surplus.name}, which this package has no use for; the model would not be the same`,
    );
  const find = (name: string) => {
    const each = found.get(name);
    if (!each) throw new ModelInputError(`${files.location} has no tensor ${name}`);
    return each;
  };
  return {
    names: [...found.keys()],
    shape: (name) => find(name).tensor.shape,
    storage: (): StorageType => 'f32',
    read: async (name) => {
      const { tensor, storage } = find(name);
      const values = await decode(files, file, tensor, storage);
      const heads = interleavedHeads(name, config);
      return heads === null ? values : withHalvesApart(values, heads, config.headWidth);
    },
  };
}

function elementsOf({ shape }: GgufTensor): number {
  return shape.reduce((product, size) => product * size, 1);
}

function byteLength(tensor: GgufTensor, storage: GgufStorage): number {
  return (elementsOf(tensor) / storage.elements) * storage.bytes;
}

async function decode(files: ModelFiles, file: string, tensor: GgufTensor, storage: GgufStorage): Promise<Float32Array<ArrayBuffer>> {
  const out = new Float32Array(elementsOf(tensor));
  const perRead = Math.max(1, Math.floor(READ_BYTES / storage.bytes));
  const blockCount = out.length / storage.elements;
  for (let first = 0; first < blockCount; first += perRead) {
    const last = Math.min(blockCount, first + perRead);
    const bytes = await files.read(file, { start: tensor.start + first * storage.bytes, end: tensor.start + last * storage.bytes });
    storage.decode(bytes, out.subarray(first * storage.elements, last * storage.elements));
  }
  return out;
}

/** Llama's query and key rows are stored with the two halves of a head interleaved, as ggml's rotation wants them; null for the rest. */
function interleavedHeads(name: string, config: ModelConfig): number | null {
  if (config.architecture !== 'llama') return null;
  if (name.includes('self_attn.q_proj')) return config.queryHeads;
  return name.includes('self_attn.k_proj') ? config.keyValueHeads : null;
}

/** Row 2 i + h of a head becomes its row h * E / 2 + i. */
function withHalvesApart(values: Float32Array<ArrayBuffer>, heads: number, headWidth: number): Float32Array<ArrayBuffer> {
  const rowLength = values.length / (heads * headWidth);
  const out = new Float32Array(values.length);
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < headWidth; row++) {
      const to = head * headWidth + (row % 2) * (headWidth / 2) + (row >> 1);
      const from = (head * headWidth + row) * rowLength;
      out.set(values.subarray(from, from + rowLength), to * rowLength);
    }
  }
  return out;
}
