"""What the commands tell the person who typed them: one line a step, one line an error."""

import contextlib
import errno
import os
import signal
import subprocess
import sys
import threading
import time

NO_SPACE = 'No space left on device'
# The kernel ends such a process when the command that started it is killed.
DIES_WITH_PARENT = ('setpriv', '--pdeathsig', 'TERM')


class DevError(Exception):
    """Something that the person can mend: what is wrong, and what to type."""

    def __init__(self, problem, remedy=''):
        super().__init__(problem)
        self.problem = ' '.join(str(problem).split())
        self.remedy = ' '.join(str(remedy).split())

    def __str__(self):
        if not self.remedy:
            return self.problem
        return f'{self.problem.rstrip(".")}. {self.remedy}'


def say(text):
    sys.stdout.write(f'{text}\n')
    sys.stdout.flush()


def complain(text):
    sys.stdout.flush()
    sys.stderr.write(f'{text}\n')
    sys.stderr.flush()


def disk_full(path):
    return DevError(
        f'The disk is full at {path}',
        'Make room (the set-up takes about 3 GB) and type the command again: it goes on there.',
    )


class Step:
    """One line of progress: its title, a note that changes, and the seconds it took.

    On a terminal the line is rewritten each second; elsewhere (a log, CI) a line comes every 20
    seconds as a sign of life, and one at the end.
    """

    def __init__(self, title):
        self.title = title
        self.text = ''
        self.started = time.monotonic()
        self.live = sys.stdout.isatty()
        self._done = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def note(self, text):
        self.text = text

    def _line(self, state):
        note = f' ({self.text})' if self.text else ''
        return f'  {self.title}{note} … {state}'

    def _elapsed(self):
        return f'{time.monotonic() - self.started:.0f} s'

    def _tick(self):
        while not self._done.wait(1 if self.live else 20):
            if self.live:
                sys.stdout.write('\r\x1b[K' + self._line(self._elapsed()))
                sys.stdout.flush()
            else:
                say(self._line(self._elapsed()))

    def __enter__(self):
        if self.live:
            sys.stdout.write(self._line(''))
            sys.stdout.flush()
        self._ticker.start()
        return self

    def __exit__(self, kind, error, trace):
        self._done.set()
        self._ticker.join()
        self.text = ''
        state = 'stopped after ' if kind else 'done in '
        say(('\r\x1b[K' if self.live else '') + self._line(state + self._elapsed()))


def last_lines(path, count=5):
    """The last lines of a log that say something, for an error message."""
    try:
        with open(path, encoding='utf-8', errors='replace') as log:
            lines = [line.strip() for line in log if line.strip()]
    except OSError:
        return []
    return lines[-count:]


def run_logged(command, log, *, watch=None, **options):
    """Run a program with its output in a file; return its exit code.

    It ends with this command, also where that is killed: else it would still write into what the
    next command has begun anew.

    :param log: path of the file that gets standard output and standard error
    :param watch: called each half second, to tell progress
    """
    with open(log, 'ab') as output:
        process = subprocess.Popen(
            [*DIES_WITH_PARENT, *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            **options,
        )
        try:
            while True:
                try:
                    return process.wait(0.5 if watch else None)
                except subprocess.TimeoutExpired:
                    watch()
        except BaseException:
            stop_process(process)
            raise


def stop_process(process, seconds=10):
    """End a process that this command started; by force where it does not listen."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def log_says_full(log):
    return any(NO_SPACE in line for line in last_lines(log, 40))


def _raise_interrupt(number, frame):
    raise KeyboardInterrupt


@contextlib.contextmanager
def plain_errors():
    """Turn every failure into one line and exit code 1: nobody wants to read a traceback here."""
    signal.signal(signal.SIGTERM, _raise_interrupt)
    try:
        yield
    except DevError as error:
        complain(f'error: {error}')
        sys.exit(1)
    except KeyboardInterrupt:
        complain('Stopped.')
        sys.exit(130)
    except OSError as error:
        if os.environ.get('DEBUG'):
            raise
        if error.errno == errno.ENOSPC:
            complain(f'error: {disk_full(error.filename or os.getcwd())}')
        else:
            complain(f'error: {error}. Mend that and type the command again.')
        sys.exit(1)
