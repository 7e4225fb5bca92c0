# Tries: connect to sockets of the host's services
# As: function
import socket
def solve(x):
    for path in ('/var/run/docker.sock', '/run/dbus/system_bus_socket', '\0/tmp/.X11-unix/X0'):
        try:
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(path)
            return 'ESCAPED ' + path
        except (OSError, AttributeError):
            continue
    return 'nothing'
