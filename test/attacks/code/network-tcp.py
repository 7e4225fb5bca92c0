# Tries: connect to a listener on the host
# As: function
import socket
def solve(x):
    try:
        connection = socket.create_connection(('127.0.0.1', 47911), timeout=1)
        connection.sendall(b'ESCAPED')
        return 'ESCAPED'
    except OSError:
        return 'nothing'
