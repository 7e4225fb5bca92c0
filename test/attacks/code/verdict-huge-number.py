# Tries: answer with a number of a million digits
# As: function
def solve(x):
    return 10 ** 1000000
