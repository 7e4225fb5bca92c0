"""Judges generated pairs with Math-Verify and records its verdicts, by hand and once.

    pip install math-verify==0.8.0 "antlr4-python3-runtime==4.13.2"
    bun bench/src/verify-math/write-pairs.ts DATA_FOLDER > pairs.jsonl
    python test/oracles/math-verify/reference.py pairs.jsonl test/oracles/math-verify/reference.json

The recording keeps no text of the data: a digest of the pairs, one verdict digit a pair (1 accepted, 0 refused) and times. Verdicts
already judged are kept in pairs.jsonl.verdicts, so an interrupted run goes on where it stopped.
"""

import hashlib
import json
import os
import sys
import time
from importlib.metadata import version

from math_verify import parse, verify


def judge(gold: str, response: str) -> bool:
    """The gold in a box, as the report's authors found necessary; default settings otherwise."""
    return verify(parse("\\boxed{" + gold + "}"), parse(response))


def main() -> None:
    source, target = sys.argv[1], sys.argv[2]
    with open(source, "rb") as file:
        content = file.read()
    pairs = [json.loads(line) for line in content.splitlines()]
    cache_path = source + ".verdicts"
    cache = {}
    if os.path.exists(cache_path):
        with open(cache_path) as file:
            for line in file:
                entry = json.loads(line)
                cache[(entry["gold"], entry["response"])] = (entry["accepted"], entry["ms"])
    with open(cache_path, "a") as file:
        for index, pair in enumerate(pairs):
            key = (pair["gold"], pair["response"])
            if key in cache:
                continue
            start = time.perf_counter()
            accepted = judge(*key)
            ms = (time.perf_counter() - start) * 1000
            cache[key] = (accepted, ms)
            file.write(json.dumps({"gold": key[0], "response": key[1], "accepted": accepted, "ms": round(ms, 3)}) + "\n")
            if index % 200 == 0:
                file.flush()
                print(f"{index}/{len(pairs)}", file=sys.stderr)
    judged = [cache[(pair["gold"], pair["response"])] for pair in pairs]
    times = sorted(ms for _, ms in judged)
    record = {
        "reference": "math-verify " + version("math-verify"),
        "sympy": version("sympy"),
        "pairs": len(pairs),
        "sha256": hashlib.sha256(content).hexdigest(),
        "mean_ms": round(sum(times) / len(times), 3),
        "p50_ms": round(times[len(times) // 2], 3),
        "p99_ms": round(times[int(len(times) * 0.99)], 3),
        "verdicts": "".join("1" if accepted else "0" for accepted, _ in judged),
    }
    with open(target, "w") as file:
        json.dump(record, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
