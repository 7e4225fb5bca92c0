"""Peer of the benchmark `gpu-decode`: transformers' generate in bf16 on the GPU."""

import line_protocol

setup = line_protocol.read()

from torch_model import generate, open_model, seconds

model = open_model(setup)
generate(model, 1, 8, 8)
line_protocol.answer({"ready": True})

while (request := line_protocol.read()) is not None:
    batch, prompt_tokens, new_tokens = request["batch"], request["prompt_tokens"], request["new_tokens"]
    generate(model, batch, prompt_tokens, 8)
    took = seconds(lambda: generate(model, batch, prompt_tokens, new_tokens))
    line_protocol.answer({"tokens": batch * new_tokens, "seconds": took})
