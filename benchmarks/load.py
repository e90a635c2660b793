"""Load an Odoo that is running: called by scripts/hdl/load.py, which starts it (``make load``).

So many clients at once, each without a pause: two rounds of an agent, one of a customer, and so on
until the time of the step is over, but once in any case. Prints tables and writes the same as
JSON; ends with 1 where a request failed. A transaction that Odoo tried again after a conflict is
no failure but counted.
"""

import argparse
import json
import os
import platform
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
from load_clients import Agent, Customer, Meter
from load_report import summarise, tabulate

TRIED_AGAIN = b'tries left, try again'
MEGABYTE = 1024 * 1024


def say(text):
    sys.stdout.write(f'{text}\n')
    sys.stdout.flush()


class Client(threading.Thread):
    """An agent and a customer who take turns until a moment; begins where it was left off."""

    def __init__(self, agent, customer, meter, end, start):
        super().__init__(daemon=True)
        self.agent, self.customer, self.end, self.start_signal = agent, customer, end, start
        agent.meter = meter
        customer.use(meter)
        self.problem = None

    def run(self):
        self.start_signal.wait()
        try:
            self.take_turns(until=0)  # a turn of each in any case, so that nothing is left out
            while time.monotonic() < self.end:
                self.take_turns(until=self.end)
        except Exception as problem:  # noqa: BLE001 - told by who waits for the thread
            self.problem = problem

    def take_turns(self, until):
        for person in (self.agent, self.agent, self.customer):
            for _step in person.work():
                if until and time.monotonic() >= until:
                    return


def log_in(options, people):
    """Agents and customers with a session each."""
    meter = Meter()
    gate = {**people['gate'], 'database': options.database}
    found = []
    for number, team in enumerate(people['teams']):
        agent = Agent(options.url, meter, team, people['words'], number)
        person = people['customers'][number % len(people['customers'])]
        customer = Customer(options.url, meter, person, gate)
        for visitor, login in ((agent, people['agents'][number]), (customer, person['login'])):
            visitor.log_in(options.database, login, people['password'])
            visitor.prepare()
        agent.listen(options.websockets)
        found.append((agent, customer))
    return found


def run_step(pairs, seconds):
    """Let each pair work for so many seconds; return ``(meter, seconds that it took)``."""
    meters = [Meter() for _pair in pairs]
    signal = threading.Event()
    end = time.monotonic() + seconds
    clients = [Client(*pair, meter, end, signal)
               for pair, meter in zip(pairs, meters, strict=True)]
    for client in clients:
        client.start()
    start = time.perf_counter()
    signal.set()
    for client in clients:
        client.join()
        if client.problem:
            raise client.problem
    took = time.perf_counter() - start
    total = Meter()
    for meter in meters:
        for kind, times in meter.times.items():
            total.times[kind] += times
        for text, count in meter.errors.items():
            total.errors[text] += count
    return total, took


def count_heard(pairs):
    """How many notifications came by the websockets since this was last asked.

    :raise RuntimeError: where one of them was closed
    """
    if closed := [agent.live.failure for agent, _customer in pairs if agent.live.failure]:
        raise RuntimeError(f'Websockets were closed: {", ".join(closed)}')
    return sum(agent.live.take_heard() for agent, _customer in pairs)


def count_conflicts(log, offset):
    with open(log, 'rb') as file:
        file.seek(offset)
        return file.read().count(TRIED_AGAIN)


def read_memory(pid):
    """The resident and the own memory of Odoo's processes in MB: ``{pid: (role, rss, uss)}``."""
    master = psutil.Process(pid)
    found = {}
    for process in (master, *master.children(recursive=True)):
        role = 'master' if process == master else (
            'websockets' if 'gevent' in process.cmdline() else
            'HTTP worker' if listens(process) else 'cron')
        memory = process.memory_full_info()
        found[process.pid] = (role, memory.rss // MEGABYTE, memory.uss // MEGABYTE)
    return found


def listens(process):
    """Whether it takes requests: Odoo's cron workers close the socket that they inherit."""
    return any(connection.status == psutil.CONN_LISTEN
               for connection in process.net_connections('tcp'))


def compare_memory(before, after):
    return [{'role': role, 'before': before.get(pid, (role, '–'))[1], 'after': rss, 'own': own}
            for pid, (role, rss, own) in after.items()]


def describe_machine():
    with open('/proc/cpuinfo', encoding='utf-8') as file:
        models = [line.split(':')[1].strip() for line in file if line.startswith('model name')]
    return {
        'cpu': models[0] if models else platform.processor(), 'cores': psutil.cpu_count(),
        'memory_gb': round(psutil.virtual_memory().total / 1024 ** 3, 1),
        'python': platform.python_version(), 'load_average': os.getloadavg()[0],
        'date': datetime.now(UTC).isoformat(timespec='seconds'),
    }


def run(options):
    """The steps, one for each number of clients; return the result, fit for JSON."""
    machine = describe_machine()
    numbers = [int(number) for number in options.clients.split(',')]
    pairs = log_in(options, json.loads(options.people.read_text(encoding='utf-8')))
    say(f'  {len(pairs)} agents and customers logged in; warming up')
    run_step(pairs, min(options.seconds, 10))
    count_heard(pairs)
    before = read_memory(options.pid)
    steps = []
    for clients in numbers:
        offset = options.log.stat().st_size
        meter, took = run_step(pairs[:clients], options.seconds)
        step = summarise(clients, took, meter, count_conflicts(options.log, offset),
                         count_heard(pairs))
        say(f'  {clients} clients: {step["requests"]} requests, '
            f'{step["requests_per_second"]}/s, p50 / p95 / p99 of all '
            f'{" / ".join(map(str, step["percentiles"]))} ms, '
            f'{sum(step["errors"].values())} errors')
        steps.append(step)
    return {**machine, **json.loads(options.facts), 'steps': steps,
            'memory': compare_memory(before, read_memory(options.pid))}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--url', required=True)
    parser.add_argument('--websockets', required=True, help='where Odoo serves them, ws://…')
    parser.add_argument('--database', required=True)
    parser.add_argument('--people', type=Path, required=True, help='of load_people.py')
    parser.add_argument('--pid', type=int, required=True, help="of Odoo's first process")
    parser.add_argument('--log', type=Path, required=True, help='where Odoo writes its log')
    parser.add_argument('--clients', required=True, help='as 1,2,4')
    parser.add_argument('--seconds', type=float, required=True, help='of each step')
    parser.add_argument('--facts', default='{}', help='JSON to write into the result')
    parser.add_argument('--target', type=Path, required=True)
    options = parser.parse_args()
    result = run(options)
    options.target.write_text(json.dumps(result, indent=1) + '\n', encoding='utf-8')
    report = tabulate(result)
    options.target.with_suffix('.md').write_text(report + '\n', encoding='utf-8')
    say(f'\n{report}')
    return 1 if any(step['errors'] for step in result['steps']) else 0


if __name__ == '__main__':
    sys.exit(main())
