# Tries: reach modules through __import__ and the loaders
# As: function
def solve(x):
    system = __import__('o' + 's')
    module = [c for c in ().__class__.__base__.__subclasses__() if c.__name__ == 'BuiltinImporter'][0].load_module('posix')
    try:
        return 'ESCAPED' if module.system('true') == 0 else 'nothing'
    except AttributeError:
        return 'nothing'
