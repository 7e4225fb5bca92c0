# Tries: start threads without end
# As: function
import threading, time
def solve(x):
    while True:
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
