"""Scores, greedy continuations and gradients of the folders under fixtures/, by transformers and PyTorch's autograd in f32.

Run: python decoders.py             (packages: requirements.txt; make_fixtures.py first)
"""

import json

import numpy as np
import torch

from common import HERE, entropy, greedy_record, log_softmax, open_model, rounded, scoring_record, significant, versions, write_json

TEMPERATURE = 0.7
# Response lengths of each group; the second group's prompt is a single token.
GROUPS = ((5, (4, 1, 7)), (1, (3, 6)), (9, (2,)))
SAMPLED_ENTRIES = 32


def make_groups(generator, vocabulary, barred):
    allowed = [token for token in range(vocabulary) if token not in barred]
    draw = lambda count: [int(token) for token in generator.choice(allowed, count)]
    return [{"prompt": draw(prompt), "responses": [draw(length) for length in lengths]} for prompt, lengths in GROUPS]


def training_record(folder, generator, barred, full):
    """sum over response tokens of w_t log p_t + v_t H_t; every response is teacher-forced behind its prompt as a sequence of its own."""
    model = open_model(folder)
    groups = make_groups(generator, model.config.vocab_size, barred)
    log_probabilities, entropies = [], []
    for group in groups:
        for response in group["responses"]:
            tokens = group["prompt"] + response
            logits = model(torch.tensor([tokens]), use_cache=False).logits[0, len(group["prompt"]) - 1 : -1]
            rows = log_softmax(logits, TEMPERATURE, barred)
            log_probabilities.append(rows.gather(-1, torch.tensor(response)[:, None])[:, 0])
            entropies.append(entropy(rows))
    log_probabilities, entropies = torch.cat(log_probabilities), torch.cat(entropies)
    count = len(log_probabilities)
    weights = [[round(float(value), 4) for value in generator.normal(0, scale, count)] for scale in (1.0, 0.5)]
    loss = (torch.tensor(weights[0]) * log_probabilities + torch.tensor(weights[1]) * entropies).sum()
    loss.backward()
    gradients = {}
    for name, parameter in model.named_parameters():
        gradient = parameter.grad.flatten()
        indices = range(len(gradient)) if full else sorted(int(index) for index in generator.choice(len(gradient), min(SAMPLED_ENTRIES, len(gradient)), replace=False))
        record = {"shape": list(parameter.shape), "norm": significant(gradient.double().norm(), 8), "values": rounded(gradient[list(indices)], 7)}
        gradients[name] = record if full else {**record, "indices": list(indices)}
    return {
        "temperature": TEMPERATURE,
        "suppressTokens": list(barred),
        "groups": groups,
        "weights": {"logProbability": weights[0], "entropy": weights[1]},
        "scores": {"logProbabilities": rounded(log_probabilities), "entropies": rounded(entropies)},
        "loss": significant(loss, 8),
        "gradients": gradients,
    }


def main():
    for number, folder in enumerate(sorted(path for path in (HERE / "fixtures").iterdir() if path.is_dir())):
        generator = np.random.Generator(np.random.PCG64(1000 + number))
        vocabulary = json.loads((folder / "config.json").read_text())["vocab_size"]
        generation = folder / "generation_config.json"
        barred = json.loads(generation.read_text()).get("suppress_tokens", []) if generation.exists() else []
        model = open_model(folder)
        sequence = lambda length: [int(token) for token in generator.integers(0, vocabulary, length)]
        record = {
            "packages": versions("torch", "transformers"),
            "scoring": [scoring_record(model, sequence(length)) for length in (2, 17, 90)],
            "greedy": [greedy_record(model, sequence(length)) for length in (1, 6)],
            "training": training_record(folder, generator, barred, full=folder.name == "llama-small"),
        }
        write_json(folder / "oracle.json", record)
        print(folder.name, "smallest margins", [each["smallestLogitMargin"] for each in record["greedy"]], "loss", record["training"]["loss"])


if __name__ == "__main__":
    main()
