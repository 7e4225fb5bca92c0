# Tries: catch the memory error and go on
# As: function
def solve(x):
    kept = []
    while True:
        try:
            kept.append(bytearray(50_000_000))
        except MemoryError:
            kept = kept[:2]
