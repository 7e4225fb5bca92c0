# The program's side: runs one response and nothing else, in an interpreter that ends with it. It knows inputs only: no expected output,
# no assertion and no verdict ever comes here, so there is nothing to steal and nothing to forge but the program's own answers.
#
# Two modes. `whole`: the response is a script with standard input and output. `serve`: the host asks for calls, one at a time.


def _confine(limits):
    import resource

    for name, soft, hard in limits:
        number = getattr(resource, name)
        most = resource.getrlimit(number)[1]
        cut = lambda value: value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(number, (cut(soft), cut(hard)))


def _threads_at_once():
    """WebAssembly has no threads: a thread runs to its end where it is started, and is over for those who join it."""
    import _thread

    ends = []

    def end_marker():
        ends.append(_thread.allocate_lock())
        return ends[-1]

    def start(function, args, kwargs=None):
        before = len(ends)
        try:
            function(*args, **(kwargs or {}))
        finally:
            for lock in ends[before:]:
                if lock.locked():
                    lock.release()
            del ends[before:]
        return 1

    _thread._set_sentinel = end_marker
    _thread.start_new_thread = _thread.start_new = start


def _sleep_through_host():
    import time

    clock = os.open('/channel/sleep', os.O_WRONLY)

    def sleep(seconds):
        if seconds < 0:
            raise ValueError('sleep length must be non-negative')
        os.write(clock, b'%d' % min(int(seconds * 1000), 10**12))

    time.sleep = sleep


def _module(name):
    module = sys.modules[name] = type(sys)(name)
    return module.__dict__


def _compile(source, name):
    return compile(source, name, 'exec', dont_inherit=True)


def _describe(error):
    trace, lines = error.__traceback__, []
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename in ('<response>', '<prefix>'):
            lines.append(f'{code.co_filename} line {trace.tb_lineno} in {code.co_name}')
        trace = trace.tb_next
    try:
        text = str(error)[:500]
    except BaseException:
        text = ''
    return {'type': type(error).__name__[:100], 'message': text, 'trace': lines[-3:]}


class _Server:
    def __init__(self, job):
        self.prefix_source = job['prefix']
        self.prefix = {'__name__': 'solution'}
        try:
            self.code = _compile(job['code'], '<response>')
        except SyntaxError:
            # A completion: the prefix ends in an open function whose body is the response.
            self.code = _compile(self.prefix_source + '\n' + job['code'], '<response>')
            self.prefix_source = ''
        self.namespace, self.handles, self.load_error = {}, {}, None

    def fresh(self):
        """A new module: nothing that an earlier test left in globals is seen."""
        if self.prefix_source:
            exec(_compile(self.prefix_source, '<prefix>'), self.prefix)
            self.prefix_source = ''
        self.namespace = _module('solution')
        self.namespace.update(self.prefix)
        self.handles = {}
        bring_prelude(self.code, self.namespace)
        exec(self.code, self.namespace)

    def handle(self, value):
        number = len(self.handles) + 1
        self.handles[number] = value
        return {'t': 'handle', 'v': number, 'name': type(value).__name__[:100]}

    def find_class(self, name):
        found = self.namespace.get(name)
        if not isinstance(found, type):
            raise NameError(f'class {name!r} is not defined')
        return found

    def target(self, target):
        if 'entry' in target:
            return eval(target['entry'], self.namespace)
        if 'function' in target:
            owner = self.namespace.get('Solution')
            if isinstance(owner, type):
                return getattr(owner(), target['function'])
            if target['function'] not in self.namespace:
                raise NameError(f"function {target['function']!r} is not defined")
            return self.namespace[target['function']]
        return self.handles[target['handle']]

    def answer(self, request):
        if request.get('fresh'):
            self.fresh()
        operation, classes = request['op'], request['classes']
        encoder = Encoder(classes, self.handle)
        if operation == 'names':
            defined = [name for name in request['names'] if name in self.namespace]
            return encoder.message(value={name: self.namespace[name] for name in defined})
        decoder = Decoder(request, self.find_class, lambda encoded: self.handles[encoded['v']])
        target = self.target(request['target'])
        args = decoder.value(request['args'])
        if operation == 'call':
            keywords = decoder.value(request['keywords'])
            result = target(*args, **keywords)
            after = [*args, *keywords.values()] if request['mirror'] else None
            return encoder.message(value=result, after=after)
        return encoder.message(value=_OPERATIONS[operation](target, *args))

    def run(self):
        while (frame := read_frame()) is not None:
            try:
                reply = to_json(self.answer(frame[1]))
            except MemoryError as error:
                self.namespace, self.handles = {}, {}
                reply = to_json({'error': _describe(error)})
            except BaseException as error:
                reply = to_json({'error': _describe(error)})
            write_line(reply)


_OPERATIONS = {
    'get': getattr,
    'item': lambda value, key: value[key],
    'length': len,
    'contains': lambda value, item: item in value,
    'iterate': iter,
    'text': str,
}


def _whole(code):
    namespace = _module('__main__')
    namespace['__builtins__'] = builtins
    bring_prelude(code, namespace)
    try:
        exec(code, namespace)
    except SystemExit:
        pass
    except MemoryError:
        os.write(2, b'MemoryError\n')
        os._exit(66)
    except BaseException as error:
        sys.stdout.flush()
        sys.excepthook(type(error), error, error.__traceback__ and error.__traceback__.tb_next)
        os._exit(1)


def main():
    sys.setrecursionlimit(50_000)
    sys.set_int_max_str_digits(0)
    write = os.write
    whole = sys.argv[1] == 'whole'
    open_channel(lines=not whole)
    job = read_frame()[1]
    if sys.platform == 'wasi':
        _threads_at_once()
        _sleep_through_host()
    else:
        _confine(job['limits'])
    for name in ('exit', 'quit'):
        if not hasattr(builtins, name):
            setattr(builtins, name, sys.exit)
    try:
        server = None if whole else _Server(job)
        code = _compile(job['code'], '<response>') if whole else None
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        at = f' (line {error.lineno})' if isinstance(error, SyntaxError) and error.lineno else ''
        message = f'{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}{at}'
        if whole:
            write(2, message.encode('utf-8', 'replace'))
            os._exit(65)
        write_line(to_json({'syntax': message}))
        return
    if whole:
        return _whole(code)
    write_line(to_json({'ready': True}))
    server.run()
    os._exit(0)


main()
