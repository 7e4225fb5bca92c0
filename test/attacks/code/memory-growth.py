# Tries: allocate until nothing is left
# As: function
def solve(x):
    kept = []
    while True:
        kept.append(bytearray(10_000_000))
