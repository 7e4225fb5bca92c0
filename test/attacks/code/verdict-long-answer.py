# Tries: answer with far more than may be sent
# As: function
def solve(x):
    return 'a' * 100_000_000
