# Tries: use the socket calls of the WebAssembly interface
# As: function
def solve(x):
    import socket
    for number in range(64):
        try:
            made = socket.socket(fileno=number)
            made.send(b'{"value": 1}\n')
            made.accept()
            return 'ESCAPED'
        except (OSError, AttributeError, ValueError):
            continue
    return 'nothing'
