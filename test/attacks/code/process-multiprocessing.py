# Tries: compute in a pool of processes
# As: function
import multiprocessing
def work(x):
    return x
def solve(x):
    try:
        with multiprocessing.Pool(2) as pool:
            return 'ESCAPED %r' % pool.map(work, [x])
    except (OSError, ImportError, AttributeError):
        return 'nothing'
