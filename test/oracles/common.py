"""What the oracle scripts share: opening a folder in f32, scoring, greedy continuation, and writing JSON that a diff can read."""

import json
from importlib.metadata import version
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM

HERE = Path(__file__).resolve().parent


def versions(*names):
    return {name: version(name) for name in names}


def open_model(folder, dtype=torch.float32):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, attn_implementation="eager", local_files_only=True)
    return model.eval()


def log_softmax(logits, temperature=1.0, barred=()):
    """Log-probabilities [..., V] of softmax(logits / temperature) over the tokens that are not barred."""
    scaled = logits / temperature
    if barred:
        mask = torch.zeros(scaled.shape[-1], dtype=torch.bool)
        mask[list(barred)] = True
        scaled = scaled.masked_fill(mask, -1e30)
    return torch.log_softmax(scaled, dim=-1)


def entropy(log_probabilities):
    return -(log_probabilities.exp() * log_probabilities.clamp_min(-1e4)).sum(-1)


def score(model, tokens, temperature=1.0, barred=()):
    """Teacher-forced: for every token but the first, its log-probability and the entropy of the distribution it is drawn from."""
    with torch.no_grad():
        logits = model(torch.tensor([tokens]), use_cache=False).logits[0, :-1]
        rows = log_softmax(logits, temperature, barred)
        return rows.gather(-1, torch.tensor(tokens[1:])[:, None])[:, 0], entropy(rows)


def scoring_record(model, tokens, **options):
    log_probabilities, entropies = score(model, tokens, **options)
    return {"tokens": tokens, "logProbabilities": [None, *rounded(log_probabilities)], "entropies": [None, *rounded(entropies)]}


def greedy_record(model, prompt, count=64):
    """Arg max over the whole vocabulary, end tokens included, by a full forward pass a token; checked against cached generation."""
    tokens = list(prompt)
    margins = []
    with torch.no_grad():
        for _ in range(count):
            top = model(torch.tensor([tokens]), use_cache=False).logits[0, -1].topk(2)
            margins.append(float(top.values[0] - top.values[1]))
            tokens.append(int(top.indices[0]))
        model.generation_config.eos_token_id = None
        model.generation_config.suppress_tokens = None
        cached = model.generate(torch.tensor([prompt]), max_new_tokens=count, do_sample=False, pad_token_id=0)[0].tolist()
    assert cached == tokens, "cached and uncached greedy decoding differ"
    return {"prompt": prompt, "continuation": tokens[len(prompt) :], "smallestLogitMargin": significant(min(margins), 3)}


def significant(value, digits):
    return float(f"{float(torch.as_tensor(value).detach()):.{digits}g}")


def rounded(tensor, digits=8):
    return [significant(value, digits) for value in tensor.detach().flatten().tolist()]


def write_json(path, record):
    """One top-level key a line, so that a changed record shows where it changed."""
    lines = [f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in record.items()]
    Path(path).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"wrote {path} ({Path(path).stat().st_size} bytes)")
