# Tries: return a list that holds itself
# As: function
def solve(x):
    value = []
    value.append(value)
    return value
