# Tries: import bridges to JavaScript
# As: function
def solve(x):
    for name in ('js', 'pyodide', 'pyodide_js', '_pyodide', '_pyodide_core', 'browser', 'node', 'bun'):
        try:
            return 'ESCAPED %r' % __import__(name)
        except ImportError:
            continue
    return 'nothing'
