# Tries: overflow the stack in the compiler
# As: function
def solve(x):
    return eval('(' * 100000 + '1' + ')' * 100000)
