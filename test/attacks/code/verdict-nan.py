# Tries: return a float that is not a number
# As: function
def solve(x):
    return float('nan')
