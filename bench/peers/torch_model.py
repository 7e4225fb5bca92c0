"""What the GPU peers share: a model of a given shape with random weights in bf16, and a training step on it."""

import time

import torch
from transformers import AutoConfig, AutoModelForCausalLM


def open_model(setup, train=False):
    torch.manual_seed(setup["seed"])
    shape = dict(setup["shape"])
    config = AutoConfig.for_model(shape.pop("model_type"), **shape)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16, attn_implementation="sdpa").to("cuda")
    model.config.use_cache = not train
    return model.train() if train else model.eval()


def seconds(work):
    torch.cuda.synchronize()
    start = time.perf_counter()
    work()
    torch.cuda.synchronize()
    return time.perf_counter() - start


def random_ids(rows, columns):
    return torch.randint(0, 100_000, (rows, columns), device="cuda")


def generate(model, batch, prompt_tokens, new_tokens):
    ids = random_ids(batch, prompt_tokens)
    with torch.inference_mode():
        model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=True,
            temperature=1.0,
            top_k=0,
            top_p=1.0,
            max_new_tokens=new_tokens,
            min_new_tokens=new_tokens,
            eos_token_id=None,
            pad_token_id=0,
        )


def train_step(model, optimizer, ids, rows):
    """Micro-batches of `rows` sequences; the loss is the mean over all tokens."""
    optimizer.zero_grad(set_to_none=True)
    parts = ids.split(rows)
    for part in parts:
        (model(input_ids=part, labels=part).loss / len(parts)).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
