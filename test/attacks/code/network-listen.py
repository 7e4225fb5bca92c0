# Tries: open a port
# As: function
import socket
def solve(x):
    try:
        listener = socket.socket()
        listener.bind(('0.0.0.0', 47912))
        listener.listen()
        return 'ESCAPED'
    except OSError:
        return 'nothing'
