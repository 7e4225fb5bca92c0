"""Peer of the benchmark `gpu-rl`: a part of a step by transformers' generate and a PyTorch update, bf16, on the GPU."""

import line_protocol

setup = line_protocol.read()

import torch
from torch_model import generate, open_model, random_ids, seconds, train_step

model = open_model(setup, train=True)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-6, weight_decay=0.01, fused=True)
line_protocol.answer({"ready": True})

while (request := line_protocol.read()) is not None:
    model.eval()
    model.config.use_cache = True
    generate(model, request["batch"], request["prompt_tokens"], 8)
    sampling = seconds(lambda: generate(model, request["batch"], request["prompt_tokens"], request["new_tokens"]))
    model.train()
    model.config.use_cache = False
    ids = random_ids(request["sequences"], request["tokens"])
    train_step(model, optimizer, ids, 16)
    update = seconds(lambda: train_step(model, optimizer, ids, 16))
    line_protocol.answer({"generate": sampling, "train": update})
