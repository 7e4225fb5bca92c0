# Tries: cancel alarms and ignore every signal, then run for ever
# As: function
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError, RuntimeError):
        pass
if hasattr(signal, 'alarm'):
    signal.alarm(0)
def solve(x):
    while True:
        pass
