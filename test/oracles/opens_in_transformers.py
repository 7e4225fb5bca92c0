"""Checks that transformers opens a written folder and that it is the same model as the folder it came from.

Run: python opens_in_transformers.py ORIGINAL WRITTEN [TOLERANCE]   (packages: requirements.txt)
TOLERANCE bounds the difference of log-probabilities; 0, the default, suits a folder written in the original's own type.
"""

import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from common import log_softmax


def open_checked(folder):
    model, info = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True, output_loading_info=True)
    problems = {key: value for key, value in info.items() if value}
    assert not problems, f"{folder}: {problems}"
    return model.eval()


def main(original, written, tolerance=0.0):
    models = [open_checked(folder) for folder in (original, written)]
    tokens = torch.arange(min(48, models[0].config.vocab_size))[None]
    with torch.no_grad():
        rows = [log_softmax(model(tokens, use_cache=False).logits) for model in models]
    difference = float((rows[0] - rows[1]).abs().max())
    assert difference <= tolerance, f"log-probabilities differ by {difference}"
    assert models[0].generation_config.eos_token_id == models[1].generation_config.eos_token_id
    if (Path(original) / "tokenizer.json").exists():
        tokenizers = [AutoTokenizer.from_pretrained(folder, local_files_only=True) for folder in (original, written)]
        assert tokenizers[0]("one 2+3").input_ids == tokenizers[1]("one 2+3").input_ids
    print(f"{written}: opened, {sum(each.numel() for each in models[1].parameters())} parameters, largest difference {difference:.3g}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else 0.0)
