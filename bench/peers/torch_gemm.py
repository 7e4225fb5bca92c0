"""Products of two matrices by PyTorch (cuBLAS) on this machine's GPU, as one JSON line a shape: the peer of bench/src/gpu/gemm.ts.

    python3 bench/peers/torch_gemm.py

Needs PyTorch 2.11 with CUDA. `kind` is bf16, f16, or f32 without TF32. Weights of small shapes rotate through more memory than the cache
holds, as the layers of a model do.
"""
import json

import torch

SHAPES = [("square", 4096, 4096, 4096)] + [
    (name, rows, outputs, inputs)
    for name, outputs, inputs in [("qkv", 1152, 896), ("gate-up", 9728, 896), ("down", 896, 4864), ("head", 151936, 896)]
    for rows in (1, 8, 16, 64, 256)
]
CACHE_BYTES = 150e6


def milliseconds(run, repetitions):
    for index in range(3):
        run(index)
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    torch.cuda.synchronize()
    start.record()
    for index in range(repetitions):
        run(index)
    end.record()
    torch.cuda.synchronize()
    return start.elapsed_time(end) / repetitions


def main():
    torch.backends.cuda.matmul.allow_tf32 = False
    for kind, dtype in (("bf16", torch.bfloat16), ("f16", torch.float16), ("f32", torch.float32)):
        for name, rows, outputs, inputs in SHAPES:
            if kind == "f32" and name != "square":
                continue
            size = outputs * inputs * dtype.itemsize
            copies = 1 if name in ("square", "head") else max(2, int(CACHE_BYTES / size) + 1)
            weights = torch.randn(copies, outputs, inputs, device="cuda", dtype=dtype)
            x = torch.randn(rows, inputs, device="cuda", dtype=dtype)
            out = torch.empty(rows, outputs, device="cuda", dtype=dtype)
            ms = milliseconds(lambda index: torch.mm(x, weights[index % copies].t(), out=out), 20 if name == "square" else 50)
            flop = 2 * rows * outputs * inputs
            record = {"peer": "torch", "kind": kind, "name": name, "rows": rows, "outputs": outputs, "inputs": inputs}
            record |= {"milliseconds": ms, "teraflops": flop / ms / 1e9, "gigabytes_per_second": size / ms / 1e6}
            print(json.dumps(record), flush=True)


if __name__ == "__main__":
    main()
