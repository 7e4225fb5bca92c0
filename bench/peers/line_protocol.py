"""One line of JSON in, one line of JSON out: how the benchmark talks to a peer.

Libraries may print to stdout; the answers keep the real one to themselves and everything else goes to stderr.
"""

import json
import os
import sys
import time

_answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def read():
    """The next request, or None when the benchmark is done."""
    line = sys.stdin.readline()
    return json.loads(line) if line else None


def answer(value):
    _answers.write(json.dumps(value) + "\n")
    _answers.flush()


def clock_for(threads):
    """The clock that the benchmark uses too: processor time for one thread, which other programs do not disturb, else the wall clock."""
    return time.process_time if threads == 1 else time.perf_counter
