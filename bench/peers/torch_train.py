"""Peer of the benchmark `gpu-train`: forward, backward and fused AdamW in PyTorch, bf16, eager, on the GPU."""

import line_protocol

setup = line_protocol.read()

import torch
from torch_model import open_model, random_ids, seconds, train_step

model = open_model(setup, train=True)
if setup["checkpointing"]:
    model.gradient_checkpointing_enable()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-6, weight_decay=0.01, fused=True)
line_protocol.answer({"ready": True})

while (request := line_protocol.read()) is not None:
    ids = random_ids(request["sequences"], request["tokens"])
    best = None
    # The largest micro-batch that the logits leave room for is the fastest; all of them are tried.
    for rows in (16, 8, 4):
        try:
            train_step(model, optimizer, ids, rows)
            for _ in range(request["steps"]):
                took = seconds(lambda: train_step(model, optimizer, ids, rows))
                best = took if best is None else min(best, took)
        except torch.OutOfMemoryError:
            torch.cuda.empty_cache()
    line_protocol.answer({"seconds": best})
