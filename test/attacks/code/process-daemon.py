# Tries: leave a thread behind that answers later
# As: function
import threading, time, os
def later():
    time.sleep(0.2)
    os.write(1, b'{"value": 1}\n')
def solve(x):
    threading.Thread(target=later).start()
    return 'wrong'
