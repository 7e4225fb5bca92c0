"""Scores of the nano base E on prompts and responses of its own formats, by transformers in f32, plain and with its barred tokens.

Run: python nano_e.py FOLDER        (packages: requirements.txt)
"""

import json
import sys
from pathlib import Path

from tokenizers import Tokenizer

from common import HERE, greedy_record, open_model, scoring_record, versions, write_json

TEXTS = (
    ("4821+377?", "<1+7+0=8;2+7+0=9;8+3+0=11;4+0+1=5;>[5198]"),
    ("34*52?", "<34*2=68;34*50=1700;68+1700=1768;>[1768]"),
    ("7x+9=86. x?", "<86-9=77;77/7=11;>[11]"),
    ("gcd(36,84)?", "no. <84-72=12;>[12]"),
    ("25 8 31=48?", "<25-8=17;no.25+31=56;56-8=48;>[(25+31)-8]"),
    ("9 9=18?", ""),
)


def main(folder):
    model = open_model(folder)
    tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
    barred = json.loads((Path(folder) / "generation_config.json").read_text())["suppress_tokens"]
    end = model.config.eos_token_id
    records = []
    for prompt, response in TEXTS:
        tokens = tokenizer.encode(prompt + response).ids + ([end] if response else [])
        # A response follows its prompt without a seam only if their tokens do.
        assert tokens[: len(tokenizer.encode(prompt).ids)] == tokenizer.encode(prompt).ids
        plain, without = scoring_record(model, tokens), scoring_record(model, tokens, barred=barred)
        records.append({
            "prompt": prompt, "response": response, "promptTokens": len(tokenizer.encode(prompt).ids), **plain,
            "barred": {"logProbabilities": without["logProbabilities"], "entropies": without["entropies"]},
        })
    write_json(HERE / "nano-e.json", {
        "packages": versions("torch", "transformers", "tokenizers"),
        "suppressTokens": barred,
        "scoring": records,
        "greedy": [greedy_record(model, tokenizer.encode(prompt).ids) for prompt, _ in TEXTS[:2]],
    })


if __name__ == "__main__":
    main(sys.argv[1])
