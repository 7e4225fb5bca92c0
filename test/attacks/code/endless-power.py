# Tries: loop inside C code: a power tower
# As: function
def solve(x):
    return 10 ** 10 ** 8
