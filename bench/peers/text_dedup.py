"""Near-duplicates with datasketch: MinHash of 128 permutations over character shingles of 5, LSH at a threshold.

Setup: {threads, texts: a file of one JSON string a line, threshold}. Each request is answered by {seconds, duplicates: [[index, of], ...]}. A text
is compared with the earlier ones that stay, as ours are. Texts are lower-cased and their whitespace is collapsed first, inside the clock.
"""

import json

import xxhash
from datasketch import MinHash, MinHashLSH

from line_protocol import answer, clock_for, read

SHINGLE = 5
PERMUTATIONS = 128


def shingles(text):
    plain = " ".join(text.lower().split()).encode()
    return list({plain[at : at + SHINGLE] for at in range(max(1, len(plain) - SHINGLE + 1))})


def find_duplicates(texts, threshold):
    index = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
    duplicates = []
    sketches = MinHash.generator((shingles(text) for text in texts), num_perm=PERMUTATIONS, hashfunc=xxhash.xxh32_intdigest, scheme="affine32")
    kept = {}
    for row, sketch in enumerate(sketches):
        near = [other for other in index.query(sketch) if kept[other].jaccard(sketch) >= threshold]
        if near:
            duplicates.append([row, min(near)])
        else:
            kept[row] = sketch
            index.insert(row, sketch)
    return duplicates


setup = read()
with open(setup["texts"], encoding="utf-8") as lines:
    texts = [json.loads(line) for line in lines]
find_duplicates(texts[:200], setup["threshold"])
clock = clock_for(setup["threads"])
answer({"ready": True})
while read() is not None:
    start = clock()
    duplicates = find_duplicates(texts, setup["threshold"])
    answer({"seconds": clock() - start, "duplicates": duplicates})
