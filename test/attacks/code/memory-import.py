# Tries: allocate while the module is loaded
# As: function
data = [bytearray(10_000_000) for _ in range(1000)]
def solve(x):
    return len(data)
