# Tries: answer with an iterator that never ends
# As: function
def solve(x):
    while True:
        yield x
