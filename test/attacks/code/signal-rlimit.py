# Tries: raise its own resource limits
# As: function
def solve(x):
    try:
        import resource
    except ImportError:
        return 'nothing'
    for name in ('RLIMIT_AS', 'RLIMIT_CPU', 'RLIMIT_FSIZE', 'RLIMIT_NOFILE'):
        try:
            resource.setrlimit(getattr(resource, name), (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            return 'ESCAPED ' + name
        except (ValueError, OSError):
            continue
    return 'nothing'
