# Tries: send a datagram
# As: function
import socket
def solve(x):
    try:
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.sendto(b'x', ('8.8.8.8', 53))
        return 'ESCAPED'
    except OSError:
        return 'nothing'
