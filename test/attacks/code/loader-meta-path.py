# Tries: serve its own module to whoever imports next
# As: function
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        raise SystemExit(0)
sys.meta_path.insert(0, Finder())
sys.modules['json'] = sys.modules['_json'] = None
def solve(x):
    return 'wrong'
