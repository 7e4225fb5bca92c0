"""Rotary frequencies and tables of every scaling kind, by transformers in f32.

Run: python rope.py                 (packages: requirements.txt)
"""

import torch
from transformers import LlamaConfig, Qwen2Config, Qwen3Config
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding
from transformers.models.qwen2.modeling_qwen2 import Qwen2RotaryEmbedding
from transformers.models.qwen3.modeling_qwen3 import Qwen3RotaryEmbedding

from common import HERE, rounded, significant, versions, write_json

CLASSES = {"llama": (LlamaConfig, LlamaRotaryEmbedding), "qwen2": (Qwen2Config, Qwen2RotaryEmbedding), "qwen3": (Qwen3Config, Qwen3RotaryEmbedding)}
SHAPE = {"vocab_size": 8, "hidden_size": 64, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1}
FACTORS = [1.0 + 0.25 * pair for pair in range(16)]
LONG = {"rope_type": "longrope", "short_factor": FACTORS, "long_factor": [2 * factor for factor in FACTORS]}

# name: (what differs from SHAPE in config.json, positions recorded)
CASES = {
    "default": ({"model_type": "llama", "rope_theta": 10000.0, "rope_scaling": None, "max_position_embeddings": 2048}, (0, 1, 2, 17, 100, 2000)),
    "base missing": ({"model_type": "llama", "max_position_embeddings": 512}, (1, 50)),
    "head width of its own": ({"model_type": "qwen3", "head_dim": 22, "rope_theta": 1000000, "max_position_embeddings": 512}, (1, 50)),
    "newer spelling": ({"model_type": "qwen2", "rope_parameters": {"rope_type": "default", "rope_theta": 500000.0}, "max_position_embeddings": 512}, (1, 50)),
    "both spellings": ({"model_type": "qwen2", "rope_theta": 3000.0, "rope_scaling": {"rope_type": "linear", "factor": 2.0, "rope_theta": 20000.0},
                        "rope_parameters": {"rope_type": "default", "rope_theta": 700.0}, "max_position_embeddings": 512}, (1, 50)),
    "linear, oldest spelling": ({"model_type": "llama", "rope_theta": 10000.0, "rope_scaling": {"type": "linear", "factor": 4.0}, "max_position_embeddings": 2048}, (1, 100, 2000)),
    "dynamic within its length": ({"model_type": "llama", "rope_theta": 10000.0, "rope_scaling": {"type": "dynamic", "factor": 2.0}, "max_position_embeddings": 256}, (1, 100, 255)),
    "llama3": ({"model_type": "llama", "rope_theta": 500000.0, "max_position_embeddings": 131072, "rope_scaling": {
        "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}}, (1, 100, 5000)),
    "llama3, short": ({"model_type": "llama", "max_position_embeddings": 512, "rope_parameters": {"rope_theta": 10000.0,
        "rope_type": "llama3", "factor": 32.0, "low_freq_factor": 1.5, "high_freq_factor": 3.0, "original_max_position_embeddings": 64}}, (1, 100)),
    "yarn": ({"model_type": "qwen2", "rope_theta": 1000000.0, "max_position_embeddings": 131072,
              "rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768}}, (1, 100, 5000)),
    "yarn, length beside": ({"model_type": "qwen3", "head_dim": 32, "rope_theta": 1000000.0, "max_position_embeddings": 4096, "original_max_position_embeddings": 512,
                             "rope_scaling": {"rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 1024}}, (1, 100)),
    "yarn, length missing": ({"model_type": "llama", "rope_theta": 10000.0, "max_position_embeddings": 1024, "rope_scaling": {"rope_type": "yarn", "factor": 2.0}}, (1, 100)),
    "yarn, every option": ({"model_type": "llama", "rope_theta": 10000.0, "max_position_embeddings": 4096, "rope_scaling": {
        "rope_type": "yarn", "factor": 16.0, "original_max_position_embeddings": 256, "beta_fast": 20.0, "beta_slow": 2.0, "truncate": False,
        "mscale": 0.707, "mscale_all_dim": 1.25}}, (1, 100)),
    "yarn, attention factor": ({"model_type": "llama", "rope_theta": 10000.0, "max_position_embeddings": 1024, "rope_scaling": {
        "rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 256, "attention_factor": 0.85}}, (1, 100)),
    "longrope": ({"model_type": "llama", "rope_theta": 10000.0, "max_position_embeddings": 4096, "rope_scaling": {**LONG, "original_max_position_embeddings": 512}}, (1, 100)),
    "longrope, factor": ({"model_type": "llama", "rope_theta": 10000.0, "max_position_embeddings": 4096, "rope_scaling": {
        **LONG, "original_max_position_embeddings": 512, "factor": 4.0}}, (1, 100)),
    "longrope, attention factor": ({"model_type": "llama", "rope_theta": 10000.0, "max_position_embeddings": 4096, "rope_scaling": {
        **LONG, "original_max_position_embeddings": 512, "attention_factor": 1.5}}, (1, 100)),
}


def record(differences, positions):
    config_class, embedding_class = CLASSES[differences["model_type"]]
    raw = {**SHAPE, **differences}
    embedding = embedding_class(config_class.from_dict(dict(raw)))
    cosine, sine = embedding(torch.zeros(1), torch.tensor([list(positions)]))
    # Both halves of a head turn by the same angles; transformers lays the table out twice.
    half = cosine.shape[-1] // 2
    return {
        "config": raw,
        "inverseFrequencies": rounded(embedding.inv_freq),
        "attentionFactor": significant(embedding.attention_scaling, 8),
        "rows": [{"position": position, "cosine": rounded(cosine[0, row, :half], 8), "sine": rounded(sine[0, row, :half], 8)} for row, position in enumerate(positions)],
    }


def main():
    write_json(HERE / "rope.json", {"packages": versions("torch", "transformers"), **{name: record(*case) for name, case in CASES.items()}})


if __name__ == "__main__":
    main()
