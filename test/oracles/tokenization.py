"""Token ids and decoded text of our own strings, by the tokenizers package.

Run: python tokenization.py MODEL_FOLDER... (packages: requirements.txt; each folder holds a tokenizer.json)
"""

import sys
from pathlib import Path

from tokenizers import Tokenizer

from common import HERE, versions, write_json

TEXTS = (
    "",
    "12+34=46?",
    "<2+9+0=11;>[6461]",
    "one day a dog ran home.\n\n  it was late;  very late",
    "Once upon a time, there was a little red kite named Tim.",
    "She said: \"don't!\" and it's 3.14 - or 2,718?",
    "caf\u00e9 na\u00efve \u6f22\u5b57 \U0001f600 tab\there",
)


def main(folders):
    records = []
    for folder in folders:
        tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
        # This release does not recognise a special token that is marked as normalized when it skips special tokens.
        skips = not any(token.special and token.normalized for token in tokenizer.get_added_tokens_decoder().values())
        unknown = tokenizer.token_to_id("<unk>")
        for text in TEXTS:
            tokens, plain = tokenizer.encode(text).ids, tokenizer.encode(text, add_special_tokens=False).ids
            records.append({
                "model": Path(folder).name, "text": text, "tokens": tokens, "plain": plain,
                "decoded": None if unknown in plain else tokenizer.decode(plain, skip_special_tokens=False),
                "skipped": tokenizer.decode(tokens, skip_special_tokens=True) if skips else None,
            })
    write_json(HERE / "tokenization.json", {"packages": versions("tokenizers"), "records": records})


if __name__ == "__main__":
    main(sys.argv[1:])
