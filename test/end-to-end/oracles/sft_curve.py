"""The start of the supervised recipe in PyTorch: same fresh weights, same samples, losses of every step.

Run: bun test/end-to-end/oracles/sft-inputs.ts FOLDER; python sft_curve.py FOLDER     (packages: torch, transformers, tokenizers)
"""

import json
import math
import sys
from importlib.metadata import version
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

STEPS, SAMPLES, WARMUP = 60, 128, 10
PEAK, FLOOR = 2e-3, 0.25


def rate(step):
    """Linear warm-up that is never 0, then half a cosine down to the floor."""
    if step < WARMUP:
        return PEAK * (step + 1) / WARMUP
    progress = (step - WARMUP) / (STEPS - WARMUP)
    return PEAK * (FLOOR + (1 - FLOOR) * 0.5 * (1 + math.cos(math.pi * progress)))


def main(folder):
    model_folder = folder / "run" / "checkpoints" / "step-1"
    model = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32, attn_implementation="eager", local_files_only=True)
    model.train()
    tokenizer = Tokenizer.from_file(str(model_folder / "tokenizer.json"))
    end = model.config.eos_token_id
    lines = [json.loads(line) for line in (folder / "samples.jsonl").read_text().splitlines()]
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)
    losses = []
    for step in range(STEPS):
        rows, responses = [], []
        for line in lines[step * SAMPLES : (step + 1) * SAMPLES]:
            prompt = tokenizer.encode(line["prompt"]).ids
            rows.append(prompt + tokenizer.encode(line["response"], add_special_tokens=False).ids + [end])
            responses.append(len(prompt))
        width = max(map(len, rows))
        tokens = torch.full((len(rows), width), end)
        counted = torch.zeros((len(rows), width), dtype=torch.bool)
        attended = torch.zeros((len(rows), width), dtype=torch.long)
        for index, row in enumerate(rows):
            tokens[index, : len(row)] = torch.tensor(row)
            counted[index, responses[index] : len(row)] = True
            attended[index, : len(row)] = 1
        logits = model(tokens, attention_mask=attended, use_cache=False).logits[:, :-1]
        log_probabilities = torch.log_softmax(logits, -1).gather(-1, tokens[:, 1:, None])[..., 0]
        loss = -log_probabilities[counted[:, 1:]].sum() / counted.sum()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        optimizer.step()
        losses.append(float(f"{loss.item():.8g}"))
        print(step + 1, losses[-1], flush=True)
    packages = {name: version(name) for name in ("torch", "transformers", "tokenizers")}
    target = Path(__file__).resolve().parent / "sft-curve.json"
    target.write_text(json.dumps({"packages": packages, "losses": losses}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
