"""GGUF: a small file with every storage type that is read, and the published SmolLM2-135M-Instruct (Q4_1 and Q8_0), scored by transformers in f32.

transformers de-quantises with the gguf package, which shares no code with ours.

Run: python gguf_files.py SMOLLM2.gguf  (packages: requirements.txt and gguf==0.19.0)
"""

import hashlib
import sys

import gguf
import numpy as np
import torch
from transformers import AutoModelForCausalLM

from common import HERE, scoring_record, significant, versions, write_json

WIDTH, FEED_FORWARD, LAYERS, HEADS, KEY_HEADS = 32, 256, 2, 2, 1
FIXTURE = HERE / "fixtures" / "every-type.gguf"
Type = gguf.GGMLQuantizationType


def byte_letters():
    """The printable letters that stand for bytes in byte-level vocabularies."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in plain}
    for byte in range(256):
        letters.setdefault(byte, chr(256 + len(letters) - len(plain)))
    return [letters[byte] for byte in range(256)]


def write_fixture():
    generator = np.random.Generator(np.random.PCG64(11))
    writer = gguf.GGUFWriter(FIXTURE, "llama")
    tokens = ["<|end|>", "<|user|>", *byte_letters(), "he", "ll", "hell", "12"]
    writer.add_block_count(LAYERS)
    writer.add_context_length(64)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_HEADS)
    writer.add_rope_freq_base(5000.0)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([3, 3] + [1] * (len(tokens) - 2))
    writer.add_token_merges(["h e", "l l", "he ll", "1 2"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(0)
    writer.add_chat_template("{% for m in messages %}<|user|>{{ m['content'] }}{% endfor %}")

    def add(name, shape, kind, scale=0.2):
        values = (generator.standard_normal(shape) * scale).astype(np.float32)
        if kind == Type.Q6_K:
            # The package cannot quantise to it: any bytes are a valid block once the scale is a small number.
            blocks = generator.integers(0, 256, (int(np.prod(shape)) // 256, 210), dtype=np.uint8)
            blocks[:, 208:] = np.array([0.0004], dtype=np.float16).view(np.uint8)
            data = blocks.reshape(shape[0], -1)
        else:
            data = gguf.quants.quantize(values, kind)
        writer.add_tensor(name, data, raw_dtype=kind)

    add("token_embd.weight", (len(tokens), WIDTH), Type.Q8_0, 1.0)
    add("output.weight", (len(tokens), WIDTH), Type.F16)
    for layer, kinds in enumerate([(Type.Q4_0, Type.Q4_1, Type.Q6_K), (Type.BF16, Type.Q8_0, Type.Q4_0)]):
        attention, up, down = kinds
        head = WIDTH // HEADS
        writer.add_tensor(f"blk.{layer}.attn_norm.weight", (1 + generator.standard_normal(WIDTH) * 0.1).astype(np.float32))
        add(f"blk.{layer}.attn_q.weight", (WIDTH, WIDTH), attention)
        add(f"blk.{layer}.attn_k.weight", (head * KEY_HEADS, WIDTH), attention)
        add(f"blk.{layer}.attn_v.weight", (head * KEY_HEADS, WIDTH), up)
        add(f"blk.{layer}.attn_output.weight", (WIDTH, WIDTH), up)
        writer.add_tensor(f"blk.{layer}.ffn_norm.weight", (1 + generator.standard_normal(WIDTH) * 0.1).astype(np.float32))
        add(f"blk.{layer}.ffn_gate.weight", (FEED_FORWARD, WIDTH), up)
        add(f"blk.{layer}.ffn_up.weight", (FEED_FORWARD, WIDTH), attention)
        add(f"blk.{layer}.ffn_down.weight", (WIDTH, FEED_FORWARD), down)
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return len(tokens)


def open_gguf(path):
    model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32, attn_implementation="eager")
    return model.eval()


def tensor_records(model, names):
    parameters = dict(model.named_parameters())
    return {
        name: {
            "shape": list(parameters[name].shape),
            "sha256": hashlib.sha256(parameters[name].detach().numpy().astype("<f4").tobytes()).hexdigest(),
            "norm": significant(parameters[name].double().norm(), 10),
        }
        for name in names
    }


def main(path):
    generator = np.random.Generator(np.random.PCG64(12))
    vocabulary = write_fixture()
    fixture = open_gguf(FIXTURE)
    noise = [int(token) for token in generator.integers(0, vocabulary, 40)]
    small = {"scoring": [scoring_record(fixture, noise)], "tensors": tensor_records(fixture, [name for name, _ in fixture.named_parameters()])}

    model = open_gguf(path)
    likely = [1, 9690, 198, 2683, 359, 253, 5356, 5646, 11173, 3365, 3511, 308, 34519, 28, 7018, 411, 407, 19712, 8182, 2, 198]
    noise = [int(token) for token in generator.integers(0, model.config.vocab_size, 24)]
    write_json(HERE / "gguf.json", {
        "packages": versions("torch", "transformers", "gguf"),
        "everyType": small,
        "smollm2": {
            "scoring": [scoring_record(model, tokens) for tokens in (likely, noise)],
            "tensors": tensor_records(model, ["model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight", "model.layers.29.self_attn.k_proj.weight", "model.layers.7.mlp.down_proj.weight"]),
        },
    })


if __name__ == "__main__":
    from pathlib import Path

    main(Path(sys.argv[1]).resolve())
