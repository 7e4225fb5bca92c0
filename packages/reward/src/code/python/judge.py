# The judge's side: holds the tests, calls the program through the host, and says what each test came to. It lives in its own sandboxed
# interpreter, which the tested program never enters; what arrives from there is decoded as plain data.
import ast
import json
import random


class ProgramEnded(BaseException):
    """The program's interpreter is gone; the argument says why."""


class ProgramError(Exception):
    """The program raised something that has no counterpart here."""


class DataFault(Exception):
    """The record's own tests cannot be used."""

    def __init__(self, field, message):
        self.field = field
        super().__init__(message)


# Events that need not reach the host at once go out with the next that must.
_held = []


def emit(hold=False, **event):
    _held.append(to_json(event))
    if not hold:
        write_line('\n'.join(_held))
        _held.clear()


class Session:
    """The conversation with one program during one test."""

    def __init__(self, classes, mirror):
        self.classes, self.mirror = classes, mirror
        self.fresh, self.ended, self.failure, self.calls = True, None, None, 0
        self.called, self.last = False, None

    def ask(self, **request):
        if self.ended:
            raise ProgramEnded(self.ended)
        request.update(fresh=self.fresh, classes=list(self.classes))
        self.fresh = False
        write_line('>' + to_json(request))
        speaker, reply = read_frame()
        if speaker == 'H':
            self.ended = reply
            raise ProgramEnded(reply)
        if type(reply) is dict and type(reply.get('error')) is dict:
            self._raise(reply['error'])
        return reply

    def decode(self, reply):
        try:
            decoder = Decoder(reply, self.classes.__getitem__, lambda encoded: Remote(self, {'handle': int(encoded['v'])}, str(encoded['name'])))
            after = reply.get('after')
            return decoder.value(reply['value']), None if after is None else decoder.value(after)
        except Exception as error:
            self.failure = ('wrong', f'the program sent a value that cannot be read: {type(error).__name__}')
            raise ProgramError(self.failure[1]) from None

    def operate(self, operation, target, /, *args, **keywords):
        encoder = Encoder(self.classes, _send_handle)
        try:
            message = encoder.message(args=list(args), keywords=keywords)
        except Uncrossable as error:
            raise DataFault('tests', f'a test hands the program {error}, which cannot leave the judge') from None
        self.calls += 1
        reply = self.ask(op=operation, target=target, mirror=self.mirror, **message)
        value, after = self.decode(reply)
        if after is not None:
            for original, changed in zip([*args, *keywords.values()], after):
                _mirror(original, changed)
        self.called, self.last = True, value
        return value

    def names(self, names):
        found = self.decode(self.ask(op='names', names=sorted(names)))[0]
        self.calls += len(found)
        return found

    def _raise(self, error):
        kind, message, trace = str(error.get('type')), str(error.get('message')), error.get('trace')
        status = 'memory' if kind == 'MemoryError' else 'runtime-error'
        where = f' at {trace[-1]}' if type(trace) is list and trace else ''
        self.failure = (status, f'{kind}: {message}{where}'[:2000])
        found = getattr(builtins, kind, None)
        usable = isinstance(found, type) and issubclass(found, Exception) and not issubclass(found, UnicodeError)
        raise (found if usable else ProgramError)(message)


def _send_handle(value):
    if type(value) is Remote:
        return {'t': 'handle', 'v': object.__getattribute__(value, '_target')['handle']}
    raise Uncrossable(f'a value of type {type(value).__name__}')


def _mirror(original, changed):
    """Repeats here what a call did to an argument there."""
    if type(original) is not type(changed):
        return
    if isinstance(original, list):
        original[:] = changed
    elif isinstance(original, (set, dict)):
        original.clear()
        original.update(changed)
    elif hasattr(original, '__dict__'):
        original.__dict__.update(changed.__dict__)


class Remote:
    """A thing that stayed with the program: it can be called and looked into, but its idea of equality counts for nothing here."""

    __slots__ = ('_session', '_target', '_name')

    def __init__(self, session, target, name):
        object.__setattr__(self, '_session', session)
        object.__setattr__(self, '_target', target)
        object.__setattr__(self, '_name', name)

    def __call__(self, /, *args, **keywords):
        return _of(self, 'call', *args, **keywords)

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return _of(self, 'get', name)

    def __getitem__(self, key):
        return _of(self, 'item', key)

    def __len__(self):
        return _of(self, 'length')

    def __contains__(self, item):
        return _of(self, 'contains', item)

    def __iter__(self):
        return _of(self, 'iterate')

    def __str__(self):
        return _of(self, 'text')

    def __repr__(self):
        return f"<the program's {object.__getattribute__(self, '_name')}>"

    def __bool__(self):
        return True

    def __eq__(self, other):
        return False

    def __ne__(self, other):
        return True

    __hash__ = object.__hash__


def _of(remote, operation, /, *args, **keywords):
    session, target = object.__getattribute__(remote, '_session'), object.__getattribute__(remote, '_target')
    return session.operate(operation, target, *args, **keywords)


def _short(value):
    try:
        text = repr(value)
    except Exception:
        text = f'a {type(value).__name__}'
    return text if len(text) <= 300 else text[:300] + '...'


def _compile(tree, name='<tests>'):
    ast.fix_missing_locations(tree)
    return compile(tree, name, 'exec', dont_inherit=True)


def _hands_over_variables(tree):
    """Whether a call's arguments may be seen again after the call, so that changes made to them must be copied back."""
    named = (ast.Name, ast.Starred, ast.Attribute, ast.Subscript)
    return any(
        isinstance(node, ast.Call) and any(isinstance(arg, named) for arg in (*node.args, *(word.value for word in node.keywords)))
        for node in ast.walk(tree)
    )


def _setup(source, field, namespace):
    try:
        exec(compile(source, f'<{field}>', 'exec', dont_inherit=True), namespace)
    except BaseException as error:
        raise DataFault(field, f'{field} fails by itself: {type(error).__name__}: {error}') from None


def _parse(source, field):
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise DataFault(field, f'{field} is not Python: {error}') from None


class Test:
    """One test: `run(session)` raises where it fails."""

    def __init__(self, mirror=False):
        self.mirror = mirror


class CodeTest(Test):
    """Assertions in Python. `entry` is set where the test is a function of a candidate."""

    def __init__(self, tree, namespace, entry=None):
        super().__init__(_hands_over_variables(tree))
        self.shown = tree.body[-1]
        self.code, self.namespace, self.entry = _compile(tree), namespace, entry

    def label(self):
        return self.shown if isinstance(self.shown, str) else ast.unparse(self.shown)[:500]

    def run(self, session):
        namespace = dict(self.namespace)
        mentioned = global_names(self.code)
        if self.entry is None:
            self._bind_program(session, namespace, mentioned)
        else:
            bring_prelude(self.code, namespace)
            missing = {name for name in mentioned if name not in namespace and not hasattr(builtins, name)}
            if missing:
                namespace.update(session.names(missing))
        exec(self.code, namespace)
        if self.entry is not None:
            namespace['check'](Remote(session, {'entry': self.entry}, self.entry))

    def _bind_program(self, session, namespace, mentioned):
        """Names mean the program's definitions, but never in place of a builtin or a library's name while the program is tested by others."""
        known = {name for name in mentioned if name in namespace or name in PRELUDE or hasattr(builtins, name)}
        defined = session.names(mentioned)
        own = {name: value for name, value in defined.items() if name not in known}
        bring_prelude(self.code, namespace)
        namespace.update(own or defined)


class CallTest(Test):
    """One call of a named function, compared with the expected value here."""

    def __init__(self, index, function, args, accepted, tolerance, report):
        super().__init__()
        self.function, self.args, self.accepted, self.tolerance, self.report = function, args, accepted, tolerance, report

    def run(self, session):
        value = session.operate('call', {'function': self.function}, *self.args)
        if isinstance(value, tuple):
            value = list(value)
        if self.report:
            try:
                self.value = json.dumps(value)
            except (TypeError, ValueError):
                raise AssertionError(f'the result is no JSON value: {_short(value)}') from None
        elif not any(_equal(value, expected, self.tolerance) for expected in self.accepted):
            raise AssertionError(f'expected {_short(self.accepted[0])}, got {_short(value)}')


def _equal(value, expected, tolerance):
    if tolerance is None:
        return type(value) is not Remote and value == expected
    if isinstance(expected, (int, float)) and not isinstance(expected, bool) and isinstance(value, (int, float)) and not isinstance(value, bool):
        if value == expected:
            return True
        try:
            difference = abs(value - expected)
            return difference <= max(tolerance['absolute'], tolerance['relative'] * abs(expected))
        except OverflowError:
            return False
    if isinstance(expected, list) and isinstance(value, (list, tuple)):
        return len(value) == len(expected) and all(_equal(a, b, tolerance) for a, b in zip(value, expected))
    if isinstance(expected, dict) and isinstance(value, dict):
        return value.keys() == expected.keys() and all(_equal(value[key], expected[key], tolerance) for key in expected)
    return type(value) is not Remote and value == expected


def _check_tests(job, namespace):
    """One test an assertion where `check` holds nothing else, else one test for all of it."""
    tree = _parse(job['tests'], 'test_code')
    check = next((node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == 'check'), None)
    if check is None:
        raise DataFault('test_code', 'test_code defines no function check(candidate)')
    if not any(isinstance(node, (ast.Assert, ast.Raise)) for node in ast.walk(tree)):
        raise DataFault('test_code', 'test_code holds no assertion')
    calls_check = lambda node: (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and getattr(node.value.func, 'id', None) == 'check'
    )
    rest = [node for node in tree.body if node is not check and not calls_check(node)]
    _setup(ast.Module(rest, []), 'test_code', namespace)
    documented = isinstance(check.body[0], ast.Expr) and isinstance(check.body[0].value, ast.Constant)
    body = check.body[1 if documented else 0 :]
    groups = [[node] for node in body] if all(isinstance(node, ast.Assert) for node in body) else [body]
    tests = []
    for group in groups:
        part = ast.copy_location(ast.FunctionDef('check', check.args, group, []), check)
        test = CodeTest(ast.Module([part], []), namespace, job['entry'])
        test.shown = group[0] if len(groups) > 1 else 'check(candidate)'
        tests.append(test)
    return tests


def _call_tests(job):
    def parse(text, field):
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise DataFault(field, f'{field} is not JSON: {error}') from None

    tests = []
    for index, (lines, accepted) in enumerate(job['tests']):
        args = [parse(line, f'inputs[{index}]') for line in lines]
        expected = [parse(text, f'outputs[{index}]') for text in accepted]
        tests.append(CallTest(index, job['function'], args, expected, job['tolerance'], job['report']))
    return tests


def _plan(job):
    namespace = {'__name__': 'solution'}
    if job['kind'] == 'calls':
        return _call_tests(job), {}
    if job['prefix']:
        _setup(job['prefix'], 'import_prefix', namespace)
    if job['kind'] == 'check':
        # A prefix may end in an open definition of the very thing under test: tests that name it mean the program's.
        namespace.pop(job['entry'].split('(')[0].split('.')[0], None)
        tests = _check_tests(job, namespace)
    else:
        tests = [CodeTest(_parse(text, f'assert_case[{index}]'), namespace) for index, text in enumerate(job['tests'])]
    own = {name: kind for name, kind in namespace.items() if isinstance(kind, type) and kind.__module__ == 'solution'}
    return tests, own


def _run(test, classes):
    """(status, detail, session)"""
    session = Session(classes, test.mirror)
    random.seed(0)
    try:
        test.run(session)
        status = ('passed', '')
    except DataFault:
        raise
    except ProgramEnded:
        status = None
    except AssertionError as error:
        detail = str(error) or f'{test.label()} fails'
        if session.failure is None:
            shown = '' if isinstance(test, CallTest) or not session.called else f'; the last call gave {_short(session.last)}'
            status = ('wrong', f'{detail}{shown}')
        else:
            status = session.failure
    except BaseException as error:
        status = session.failure or ('runtime-error', f'the test raised {type(error).__name__}: {error}; the last call gave {_short(session.last)}')
    if session.ended:
        status = (session.ended['status'], session.ended['message'])
    return status[0], status[1][:2000], session


def _judge(job):
    tests, classes = _plan(job)
    emit(hold=True, plan=len(tests))
    asked, passed = 0, 0
    for index, test in enumerate(tests):
        emit(begin=index)
        status, detail, session = _run(test, classes)
        asked += session.calls
        passed += status == 'passed'
        emit(hold=True, end=index, status=status, detail=detail, value=getattr(test, 'value', None))
        if job['stop'] and status != 'passed':
            break
    if asked == 0 and passed == len(tests):
        raise DataFault('tests', 'no test ever calls the program')
    emit(done=True)


def main():
    sys.set_int_max_str_digits(0)
    open_channel(lines=True)
    sys.setrecursionlimit(2_000)
    write_line(to_json({'ready': True}))
    while (frame := read_frame()) is not None:
        try:
            _judge(frame[1])
        except DataFault as fault:
            emit(fault={'field': fault.field, 'message': str(fault)[:1000]})


main()
