# Tries: catch every exception and go on
# As: function
def solve(x):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
