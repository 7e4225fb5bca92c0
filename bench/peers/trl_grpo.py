"""Peer of the benchmark `rl-step`: TRL's GRPOTrainer on the CPU, f32, one optimizer step a generation.

Each request line lets the trainer take one step; the answer holds its generated tokens and its seconds. By hand: set OR1_PYTHON and run
`bun run bench rl-step`.
"""

import ast
import json
import operator
import re
import tempfile

import line_protocol

setup = line_protocol.read()
clock = line_protocol.clock_for(setup["threads"])

import torch
from datasets import Dataset
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

torch.set_num_threads(setup["threads"])
model = AutoModelForCausalLM.from_pretrained(setup["model"], dtype=torch.float32)
# AutoTokenizer would pick Qwen2's own class by the model type, which drops spaces that tokenizer.json keeps.
tokenizer = PreTrainedTokenizerFast.from_pretrained(setup["model"])
for problem in setup["problems"]:
    if tokenizer(problem["prompt"])["input_ids"] != problem["tokens"]:
        raise SystemExit(f"the tokenizer reads {problem['prompt']!r} differently")

OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.floordiv}


def evaluate(node, numbers):
    """Value of an expression of non-negative whole numbers; collects the numbers used. Raises ValueError where the rules are broken."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        numbers.append(node.value)
        return node.value
    if not isinstance(node, ast.BinOp) or type(node.op) not in OPERATORS:
        raise ValueError("not an expression")
    left, right = evaluate(node.left, numbers), evaluate(node.right, numbers)
    if isinstance(node.op, ast.Div) and (right == 0 or left % right != 0):
        raise ValueError("inexact division")
    value = OPERATORS[type(node.op)](left, right)
    if value < 0:
        raise ValueError("negative")
    return value


def is_right(response, truth):
    answer = re.search(r"\[([^\[\]]*)\]$", response)
    if answer is None:
        return False
    if isinstance(truth, list):
        return answer.group(1) in truth
    try:
        numbers = []
        value = evaluate(ast.parse(answer.group(1), mode="eval").body, numbers)
    except (SyntaxError, ValueError):
        return False
    return value == truth["target"] and sorted(numbers) == sorted(truth["nums"])


generated = {"tokens": 0}


def reward(completions, completion_ids, truth, **_):
    generated["tokens"] = sum(len(ids) for ids in completion_ids)
    ended = [len(ids) > 0 and ids[-1] == tokenizer.eos_token_id for ids in completion_ids]
    return [
        1.0 if end and is_right(text, json.loads(gold)) else 0.0 for text, end, gold in zip(completions, ended, truth, strict=True)
    ]


class OnRequest(TrainerCallback):
    """Holds every step back until the benchmark asks for it."""

    def on_step_begin(self, args, state, control, **kwargs):
        if line_protocol.read() is None:
            raise SystemExit(0)
        self.start = clock()

    def on_step_end(self, args, state, control, **kwargs):
        line_protocol.answer({"tokens": generated["tokens"], "seconds": clock() - self.start})


responses = len(setup["problems"]) * setup["samples"]
with tempfile.TemporaryDirectory() as folder:
    trainer = GRPOTrainer(
        model=model,
        processing_class=tokenizer,
        reward_funcs=reward,
        train_dataset=Dataset.from_list(
            [{"prompt": problem["prompt"], "truth": problem["truth"]} for problem in setup["problems"]]
        ),
        args=GRPOConfig(
            output_dir=folder,
            use_cpu=True,
            bf16=False,
            gradient_checkpointing=False,
            per_device_train_batch_size=responses,
            gradient_accumulation_steps=1,
            num_generations=setup["samples"],
            max_completion_length=setup["context_length"],
            temperature=1.0,
            top_k=0,
            top_p=1.0,
            beta=0.0,
            # As in our run: every step has the same weights.
            learning_rate=0.0,
            lr_scheduler_type="constant",
            weight_decay=0.0,
            max_steps=setup["steps"],
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            logging_steps=1,
            seed=setup["seed"],
            generation_kwargs={"suppress_tokens": setup["suppress_tokens"]},
        ),
        callbacks=[OnRequest()],
    )
    line_protocol.answer({"ready": True})
    trainer.train()
