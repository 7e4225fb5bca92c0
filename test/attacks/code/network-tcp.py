# Tries: connect to a listener on the host
# As: function
import socket
def solve(x):
    try:
        connection = socket.create_connection(('127.0.0.1', HOST_PORT), timeout=1)
        connection.sendall(b'ESCAPED')
        return 'ESCAPED'
    except OSError:
        return 'nothing'
