"""Peer of the benchmark `generate`: transformers' generate in PyTorch, f32, on the CPU.

By hand: echo the setup line and request lines of bench/src/generate.ts to it, or set OR1_PYTHON and run `bun run bench generate`.
"""

import line_protocol

setup = line_protocol.read()
clock = line_protocol.clock_for(setup["threads"])

import torch
from transformers import AutoModelForCausalLM

torch.set_num_threads(setup["threads"])
torch.manual_seed(setup["seed"])
model = AutoModelForCausalLM.from_pretrained(setup["model"], dtype=torch.float32)
model.eval()
padding = model.generation_config.pad_token_id
line_protocol.answer({"ready": True})

while (request := line_protocol.read()) is not None:
    prompts = request["prompts"]
    longest = max(len(prompt) for prompt in prompts)
    ids = torch.tensor([[padding] * (longest - len(prompt)) + prompt for prompt in prompts])
    mask = torch.tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts])
    start = clock()
    with torch.inference_mode():
        output = model.generate(
            ids,
            attention_mask=mask,
            do_sample=True,
            temperature=1.0,
            top_k=0,
            top_p=1.0,
            max_new_tokens=request["new_tokens"],
            # No end token, so that every response has the length that was asked for.
            eos_token_id=None,
            suppress_tokens=setup["suppress_tokens"],
            num_return_sequences=request["samples"],
        )
    seconds = clock() - start
    line_protocol.answer({"tokens": output.shape[0] * (output.shape[1] - longest), "seconds": seconds})
