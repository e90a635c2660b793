"""Measuring: time, queries and memory of one piece of work, for several addons in turn."""

import contextlib
import gc
import statistics
import sys
import threading
import time
from pathlib import Path

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import SQL

MOST_RUNS, LEAST_RUNS = 9, 3
SECONDS = 12  # for all runs of a row; LEAST_RUNS are made in any case
SPARE = 1.2  # a time is reached where it holds with a fifth to spare
VERSION = SQL('SELECT version()')
STATUS, CLEAR = Path('/proc/self/status'), Path('/proc/self/clear_refs')


def say(text):
    sys.stdout.write(f'{text}\n')
    sys.stdout.flush()


class Side:
    """An addon that is measured: its database, its models, its users."""

    def __init__(self, name, database, desk=None):
        self.name = name
        self.database = database
        self.desk = desk
        self.registry = Registry(database)
        self.users = {}
        if desk:
            with self.environment() as env:
                self.users = {
                    user.login.removeprefix('bench_'): user.id
                    for user in env['res.users'].search([('login', '=like', 'bench_%')])}

    @contextlib.contextmanager
    def environment(self, user=None):
        """A transaction of its own that is rolled back, as one of the desk's users."""
        with self.registry.cursor() as cr:
            try:
                yield api.Environment(cr, self.users.get(user, SUPERUSER_ID), {})
            finally:
                cr.rollback()

    def get_team(self, env, number):
        """The desk's team of that number, from 1."""
        return env[self.desk.team_model].sudo().search([('name', '=', f'Bench {number}')])


def read_memory(field):
    """A line of the process's status, in MiB."""
    line = next(line for line in STATUS.read_text(encoding='ascii').splitlines()
                if line.startswith(field))
    return int(line.split()[1]) / 1024


def reset_peak():
    """Let VmHWM start anew, where the kernel lets one."""
    with contextlib.suppress(OSError):
        CLEAR.write_text('5', encoding='ascii')


class Sample:
    """What one run took: ms, ms of them in SQL, queries, MiB that stayed, MiB at the peak."""

    def __init__(self, count_queries):
        self.count_queries = count_queries

    def __enter__(self):
        gc.collect()
        reset_peak()
        self.memory = read_memory('VmRSS')
        self.queries = self.count_queries()
        threading.current_thread().query_time = 0  # Odoo adds to it, in seconds
        self.ms = time.perf_counter()
        return self

    def __exit__(self, kind, error, trace):
        self.ms = (time.perf_counter() - self.ms) * 1000
        self.sql_ms = threading.current_thread().query_time * 1000
        self.queries = self.count_queries() - self.queries
        self.peak = max(read_memory('VmHWM') - self.memory, 0)
        self.memory = read_memory('VmRSS') - self.memory


def run_once(side, job):
    """One run of a job in a transaction that is rolled back.

    The work is done once before without being measured: what Odoo keeps for all users (rights,
    views, xmlids) is there, what a transaction keeps (records) is not.

    :param job: ``job(side, env)`` prepares and returns ``work(number)``, a function to measure
        that returns what it found, or None
    """
    with side.environment(job.user) as env:
        work = job.prepare(side, env)
        for number in (0, 1):
            env.cr.flush()
            env.invalidate_all()
            sample = Sample(lambda: env.cr.sql_log_count)
            with sample:
                sample.found = work(number)
                env.cr.flush()
        return sample


class Job:
    """What is to be measured on one side, and as which user."""

    def __init__(self, prepare, user=None):
        self.prepare = prepare
        self.user = user


def measure(jobs, sides, runs=MOST_RUNS):
    """The same work on each side in turn, several times.

    :param dict jobs: ``{name of a side: Job}``
    :return: ``{name of a side: [Sample]}``
    """
    samples = {name: [] for name in jobs if name in sides}
    started = time.monotonic()
    for run in range(runs):
        if run >= LEAST_RUNS and time.monotonic() - started > SECONDS:
            break
        for name, found in samples.items():
            found.append(run_once(sides[name], jobs[name]))
    return samples


def summarize(samples):
    """Medians of several runs, as the result file has them."""
    first = samples[0]
    return {
        'ms': round(statistics.median(sample.ms for sample in samples), 3),
        'ms_min': round(min(sample.ms for sample in samples), 3),
        'ms_max': round(max(sample.ms for sample in samples), 3),
        'sql_ms': round(statistics.median(sample.sql_ms for sample in samples), 3),
        'queries': int(statistics.median(sample.queries for sample in samples)),
        'memory_mib': round(statistics.median(sample.memory for sample in samples), 1),
        'peak_mib': round(statistics.median(sample.peak for sample in samples), 1),
        'runs': len(samples),
        'found': getattr(first, 'found', None),
    }


@contextlib.contextmanager
def recorded(statements):
    """Note the statements of this thread: ``statements`` gets each one's text, once."""
    def hook(cr, query, params, start, delay):
        text = cr._obj.query.decode() if cr._obj.query else ''
        if text and text not in statements:
            statements.append(text)

    thread = threading.current_thread()
    thread.query_hooks = [hook]
    try:
        yield statements
    finally:
        del thread.query_hooks
