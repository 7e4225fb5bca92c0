# Tries: answer with an object that runs code when it is unpickled
# As: check
class Bomb:
    def __reduce__(self):
        return (exec, ('raise SystemExit(0)',))
def solve(x):
    return Bomb()
