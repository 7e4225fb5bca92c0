"""Peer of the benchmark `gpu-attention`: PyTorch's flash attention on the GPU, bf16, causal, grouped query heads.

By hand: set OR1_PYTHON and run `bun run bench gpu-attention`.
"""

import line_protocol

line_protocol.read()

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import scaled_dot_product_attention

line_protocol.answer({"ready": True})


def milliseconds(work, repetitions):
    """Median time of one run by the GPU's clock."""
    work()
    torch.cuda.synchronize()
    times = []
    for _ in range(repetitions):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        work()
        end.record()
        torch.cuda.synchronize()
        times.append(start.elapsed_time(end))
    return sorted(times)[len(times) // 2]


while (request := line_protocol.read()) is not None:
    batch, tokens = request.get("batch", 1), request["tokens"]
    queries = 1 if request.get("decode") else tokens

    def random(heads, length):
        return torch.randn(batch, heads, length, request["head_width"], device="cuda", dtype=torch.bfloat16, requires_grad=True)

    q, k, v = random(request["query_heads"], queries), random(request["key_heads"], tokens), random(request["key_heads"], tokens)

    def forward():
        return scaled_dot_product_attention(q, k, v, is_causal=queries > 1, enable_gqa=True)

    with sdpa_kernel(SDPBackend.FLASH_ATTENTION):
        result = {"forward_ms": milliseconds(forward, 20)}
        if queries > 1:
            out = forward()
            gradient = torch.randn_like(out)
            result["backward_ms"] = milliseconds(lambda: torch.autograd.grad(out, (q, k, v), gradient, retain_graph=True), 20)
    line_protocol.answer(result)
    del q, k, v
