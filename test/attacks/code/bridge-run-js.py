# Tries: look for functions that run JavaScript
# As: function
import gc
def solve(x):
    for thing in gc.get_objects():
        name = getattr(thing, '__name__', '')
        if isinstance(name, str) and name in ('run_js', 'to_js', 'eval_js', 'JsProxy', 'create_proxy'):
            return 'ESCAPED ' + name
    return 'nothing'
