# Tries: allocate ten gigabytes in one list
# As: function
def solve(x):
    return len([0] * (10 ** 10 // 8))
