# Tries: write deeply nested JSON to the channel, to break the parser on the other side
# As: check
import os, sys
def solve(x):
    main = sys._getframe()
    while main.f_back is not None:
        main = main.f_back
    data = b'{"value": ' + b'[' * 200000 + b']' * 200000 + b'}\n'
    channel = main.f_globals.get('CHANNEL_OUT', 1)
    while data:
        data = data[os.write(channel, data):]
    while True:
        pass
