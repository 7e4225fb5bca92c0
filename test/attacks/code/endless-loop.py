# Tries: loop for ever
# As: function
def solve(x):
    while True:
        pass
