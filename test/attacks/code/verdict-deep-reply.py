# Tries: return a structure nested so deeply that its reader fails
# As: function
def solve(x):
    value = []
    for _ in range(40000):
        value = [value]
    return value
