# Tries: print a hundred megabytes before the answer
# As: function
def solve(x):
    for _ in range(1000):
        print('x' * 100_000)
    return 'wrong'
