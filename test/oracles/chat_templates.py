"""Renders the chat templates of published models with our own messages, by transformers. The templates themselves are not copied.

Run: python chat_templates.py FOLDER   (packages: requirements.txt; FOLDER holds the files named in MODELS)
"""

import hashlib
import json
import sys
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import BPE
from transformers import PreTrainedTokenizerFast

from common import HERE, versions, write_json

MODELS = {
    "qwen2.5": "qwen2.5/tokenizer_config.Qwen2.5-7B.json",
    "qwen2.5-math": "qwen2.5/Qwen2.5-Math-1.5B.tokenizer_config.json",
    "qwen3": "qwen3/Qwen3-8B.tokenizer_config.json",
    "r1-distill": "skywork-or1-math-7b/tokenizer_config.json",
}
SYSTEM = {"role": "system", "content": "You count things."}
QUESTION = {"role": "user", "content": "How many legs have 3 dogs & 1 hen?\n\"Think\" first, <please>."}
ANSWER = {"role": "assistant", "content": "<think>\n3*4 + 2\n</think>\n\nFourteen: 14 \u00e9"}
NEXT = {"role": "user", "content": "  And 2 ants? "}

# name: (messages, add_generation_prompt, further variables)
CASES = {
    "question": ([SYSTEM, QUESTION], True, {}),
    "no system message": ([QUESTION], True, {}),
    "no generation prompt": ([SYSTEM, QUESTION, ANSWER], False, {}),
    "conversation": ([SYSTEM, QUESTION, ANSWER, NEXT], True, {}),
    "without thinking": ([SYSTEM, QUESTION], True, {"enable_thinking": False}),
}


def token_text(value):
    return value["content"] if isinstance(value, dict) else value


def main(folder):
    records = []
    for model, file in MODELS.items():
        config = json.loads((Path(folder) / file).read_text(encoding="utf-8"))
        special = {key: token_text(config[key]) for key in ("bos_token", "eos_token", "unk_token", "pad_token") if config.get(key)}
        tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(BPE()), chat_template=config["chat_template"], **special)
        for name, (messages, prompt, variables) in CASES.items():
            text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=prompt, **variables)
            record = {"model": model, "file": file, "case": name, "messages": messages, "addGenerationPrompt": prompt, "variables": variables}
            # Some templates put a system message of their own in front; such text is recorded as its digest alone.
            own = messages[0]["role"] == "system"
            records.append({**record, **({"text": text} if own else {"sha256": hashlib.sha256(text.encode()).hexdigest(), "length": len(text)})})
    write_json(HERE / "chat-templates.json", {"packages": versions("transformers", "jinja2"), "records": records})


if __name__ == "__main__":
    main(sys.argv[1])
