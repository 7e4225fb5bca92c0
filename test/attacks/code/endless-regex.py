# Tries: loop inside C code: a regular expression that backtracks
# As: function
import re
def solve(x):
    return bool(re.match(r'(a+)+$', 'a' * 40 + 'b'))
