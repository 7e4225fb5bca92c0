"""Scores and greedy continuations of the trained folder TinyStories-656K, by transformers in f32.

Run: python tiny_stories.py FOLDER  (packages: requirements.txt)
"""

import sys

import numpy as np

from common import HERE, greedy_record, open_model, scoring_record, versions, write_json


def main(folder):
    model = open_model(folder)
    generator = np.random.Generator(np.random.PCG64(7))
    noise = [int(token) for token in generator.integers(0, model.config.vocab_size, 48)]
    greedy = [greedy_record(model, prompt) for prompt in ([1], [1, 80, 12], noise[:5])]
    # Likely text (the model's own), unlikely text (noise), and the shortest sequence that has a score.
    texts = [greedy[0]["prompt"] + greedy[0]["continuation"], noise, [1, 2]]
    write_json(HERE / "tiny-stories-656k.json", {
        "packages": versions("torch", "transformers"),
        "scoring": [scoring_record(model, tokens) for tokens in texts],
        "greedy": greedy,
    })
    print("smallest margins", [each["smallestLogitMargin"] for each in greedy])


if __name__ == "__main__":
    main(sys.argv[1])
