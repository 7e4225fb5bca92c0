"""Writes the small random model folders under fixtures/. Weights are drawn by NumPy's PCG64 from a fixed seed.

Run: python make_fixtures.py        (packages: requirements.txt)
"""

import json

import numpy as np
import torch
from safetensors.torch import save_file

from common import HERE

# name: (seed, stored type, number of files, config.json, generation_config.json or None)
FOLDERS = {
    # Older spelling; odd grouping; no biases; small enough for every gradient to be recorded in full.
    "llama-small": (101, "float32", 1, {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 64, "hidden_size": 24, "intermediate_size": 44,
        "num_hidden_layers": 2, "num_attention_heads": 3, "num_key_value_heads": 1, "hidden_act": "silu", "max_position_embeddings": 128,
        "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "rope_scaling": None, "tie_word_embeddings": True, "attention_bias": False,
        "mlp_bias": False, "bos_token_id": 1, "eos_token_id": 2, "torch_dtype": "float32",
    }, None),
    # Every bias that Llama has, an untied head, scaled rotary positions that matter within 100 positions.
    "llama-biased": (102, "float32", 1, {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 97, "hidden_size": 48, "intermediate_size": 76,
        "num_hidden_layers": 2, "num_attention_heads": 3, "num_key_value_heads": 1, "hidden_act": "silu", "max_position_embeddings": 128,
        "rms_norm_eps": 1e-6, "rope_theta": 500000.0,
        "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 32},
        "tie_word_embeddings": False, "attention_bias": True, "mlp_bias": True, "bos_token_id": 1, "eos_token_id": [2, 3], "torch_dtype": "float32",
    }, None),
    # Newer spelling, bf16, two files with an index, tied, tokens barred by generation_config.json.
    "qwen2-sharded": (103, "bfloat16", 2, {
        "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "vocab_size": 83, "hidden_size": 36, "intermediate_size": 68,
        "num_hidden_layers": 2, "num_attention_heads": 3, "num_key_value_heads": 1, "hidden_act": "silu", "max_position_embeddings": 256,
        "rms_norm_eps": 1e-6, "rope_parameters": {"rope_type": "default", "rope_theta": 1000000.0}, "tie_word_embeddings": True,
        "use_sliding_window": False, "sliding_window": None, "max_window_layers": 2, "layer_types": ["full_attention", "full_attention"],
        "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0, "dtype": "bfloat16",
    }, {"bos_token_id": 1, "eos_token_id": [2, 4], "pad_token_id": 0, "do_sample": True, "temperature": 0.6, "top_p": 0.95, "suppress_tokens": [0, 1]}),
    # Per-head norms, a head width that is not width / heads, an odd width, f16, untied.
    "qwen3-odd": (104, "float16", 1, {
        "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "vocab_size": 71, "hidden_size": 37, "intermediate_size": 51,
        "num_hidden_layers": 2, "num_attention_heads": 6, "num_key_value_heads": 2, "head_dim": 10, "hidden_act": "silu",
        "max_position_embeddings": 256, "rms_norm_eps": 1e-6, "rope_theta": 1000000, "rope_scaling": None, "tie_word_embeddings": False,
        "attention_bias": False, "use_sliding_window": False, "sliding_window": None, "max_window_layers": 2, "bos_token_id": None,
        "eos_token_id": 2, "torch_dtype": "float16",
    }, {"eos_token_id": [2, 5], "suppress_tokens": [3]}),
}


def shapes(config):
    width, feed_forward, layers = config["hidden_size"], config["intermediate_size"], config["num_hidden_layers"]
    head = config.get("head_dim", width // config["num_attention_heads"])
    query, key = config["num_attention_heads"] * head, config["num_key_value_heads"] * head
    qwen2 = config["model_type"] == "qwen2"
    bias, output_bias, mlp_bias = qwen2 or config["attention_bias"], not qwen2 and config["attention_bias"], config.get("mlp_bias", False)
    yield "model.embed_tokens.weight", (config["vocab_size"], width)
    for layer in range(layers):
        prefix = f"model.layers.{layer}."
        yield prefix + "input_layernorm.weight", (width,)
        yield prefix + "post_attention_layernorm.weight", (width,)
        for name, rows, columns, with_bias in (
            ("self_attn.q_proj", query, width, bias), ("self_attn.k_proj", key, width, bias), ("self_attn.v_proj", key, width, bias),
            ("self_attn.o_proj", width, query, output_bias), ("mlp.gate_proj", feed_forward, width, mlp_bias),
            ("mlp.up_proj", feed_forward, width, mlp_bias), ("mlp.down_proj", width, feed_forward, mlp_bias),
        ):
            yield f"{prefix}{name}.weight", (rows, columns)
            if with_bias:
                yield f"{prefix}{name}.bias", (rows,)
        if config["model_type"] == "qwen3":
            yield prefix + "self_attn.q_norm.weight", (head,)
            yield prefix + "self_attn.k_norm.weight", (head,)
    yield "model.norm.weight", (width,)
    if not config["tie_word_embeddings"]:
        yield "lm_head.weight", (config["vocab_size"], width)


def draw(generator, name, shape):
    values = generator.standard_normal(shape)
    if "norm" in name:
        return 1 + 0.2 * values
    # Wide enough that attention and gates are far from linear and the next token far from uniform.
    return values * (0.2 if name.endswith("bias") else 0.35 if "embed" in name or "lm_head" in name else 1.2 / shape[1] ** 0.5)


def main():
    for name, (seed, dtype, files, config, generation) in FOLDERS.items():
        folder = HERE / "fixtures" / name
        for old in folder.glob("model*"):
            old.unlink()
        folder.mkdir(parents=True, exist_ok=True)
        generator = np.random.Generator(np.random.PCG64(seed))
        tensors = {tensor: torch.tensor(draw(generator, tensor, shape), dtype=getattr(torch, dtype)) for tensor, shape in shapes(config)}
        (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
        if generation is not None:
            (folder / "generation_config.json").write_text(json.dumps(generation, indent=2) + "\n")
        if files == 1:
            save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        else:
            names, weight_map = list(tensors), {}
            for index in range(files):
                part = names[index * len(names) // files : (index + 1) * len(names) // files]
                file = f"model-{index + 1:05d}-of-{files:05d}.safetensors"
                save_file({tensor: tensors[tensor] for tensor in part}, folder / file, metadata={"format": "pt"})
                weight_map.update({tensor: file for tensor in part})
            total = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
            (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {"total_size": total}, "weight_map": weight_map}, indent=2) + "\n")
        print(name, sum(tensor.numel() for tensor in tensors.values()), "parameters")


if __name__ == "__main__":
    main()
