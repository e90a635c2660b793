"""`make load` on a tiny desk: every kind of request is answered, and failures are told."""

import importlib
import json
import subprocess
import sys

import pytest

from harness import run_script
from hdl import load
from hdl.bench import BenchOdoo
from hdl.console import DevError
from hdl.settings import ROOT, Settings

DESK = """
env.company.alias_domain_id = env['mail.alias.domain'].create({'name': 'desk.example.com'})
team = env['helpdesk.lite.team'].create({
    'name': 'Tiny', 'privacy_visibility': 'portal', 'alias_name': 'tiny'})
team.stage_ids.template_id = False
customers = env['res.partner'].create([
    {'name': f'Customer {number}', 'email': f'customer{number}@example.net'}
    for number in range(4)])
env['helpdesk.lite.ticket'].create([
    {'name': f'Printer {number}', 'team_id': team.id, 'partner_id': customers[number % 4].id}
    for number in range(40)])
env.cr.commit()
"""
KINDS = {
    'dashboard', 'pipeline: bars', 'pipeline', 'ticket', 'ticket: messages', 'ticket: chatter',
    'reply', 'stage move', 'search', 'portal list', 'portal ticket', 'portal messages',
    'ticket by link', 'messages by link', 'reply by link', 'new ticket by e-mail', 'solve',
    'who is here', 'rating: form', 'rating: sent',
}
NOW_AND_THEN = {'pipeline: news'}


@pytest.fixture(scope='module')
def bench_odoo(odoo, settings):
    return BenchOdoo(settings, odoo.server, odoo.path)


@pytest.fixture(scope='module')
def loaded(odoo, bench_odoo, databases, tmp_path_factory):
    """One turn of each person: ``(exit code, result, tables, database)``."""
    name = databases.copy()
    target = tmp_path_factory.mktemp('load') / 'load.json'
    run_script(odoo, name, DESK)
    code = load.load(bench_odoo, name, target, clients=[1], seconds=0.1, workers=2,
                     tickets=40)
    return code, json.loads(target.read_text()), target.with_suffix('.md').read_text(), name


def test_nothing_fails(loaded):
    code, result, _tables, _name = loaded
    assert [step['errors'] for step in result['steps']] == [{}]
    assert code == 0


def test_every_kind_of_request_is_measured(loaded):
    _code, result, tables, _name = loaded
    assert [step['clients'] for step in result['steps']] == [1]
    measured = {kind for step in result['steps'] for kind in step['kinds']}
    assert measured - NOW_AND_THEN == KINDS
    for step in result['steps']:
        assert step['requests'] == sum(kind['requests'] for kind in step['kinds'].values()) > 0
        for kind in step['kinds'].values():
            assert 0 < kind['percentiles'][0] <= kind['percentiles'][1] <= kind['percentiles'][2]
    assert all(f'| {kind} | ' in tables for kind in KINDS)


def test_it_was_work(loaded, databases):
    """Answers of both sides, tickets of mails and moves are in the database afterwards."""
    name = loaded[3]
    rows = databases.sql(name, """
        SELECT count(*) FILTER (WHERE body ILIKE '%looking into it%'),
               count(*) FILTER (WHERE body ILIKE '%any news%')
          FROM mail_message WHERE model = 'helpdesk.lite.ticket'""")
    assert all(int(count) > 0 for count in rows[0])
    made, = databases.sql(name, """
        SELECT count(*) FROM helpdesk_lite_ticket WHERE name = 'The printer is jammed again'
        """)[0]
    assert int(made) > 0
    moved, = databases.sql(name, """
        SELECT count(*) FROM helpdesk_lite_ticket
         WHERE date_last_stage_update > now() - interval '10 minutes'
           AND write_uid IN (SELECT id FROM res_users WHERE login LIKE 'load_agent%')""")[0]
    assert int(moved) > 0


def test_memory_of_every_process(loaded):
    roles = [process['role'] for process in loaded[1]['memory']]
    assert sorted(roles) == ['HTTP worker', 'HTTP worker', 'cron', 'master', 'websockets']
    assert all(process['after'] > 10 for process in loaded[1]['memory'])


def test_failures_are_counted():
    """A page that isn't there, an error in JSON, a text that is missing, nobody who answers."""
    code = """
import http.server, threading
import load_clients
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        status = 500 if self.path == '/broken' else 200
        self.send_response(status)
        body = b'{"error": {"data": {"message": "It is broken"}}}'
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST = answer
    def log_message(self, *arguments): pass
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
meter = load_clients.Meter()
visitor = load_clients.Visitor(f'http://127.0.0.1:{server.server_port}', meter)
visitor.page('page', '/broken', 'x')
visitor.page('page', '/other', 'x')
visitor.rpc('call', '/rpc', {})
server.shutdown(); server.server_close()
visitor.close()
visitor.rpc('gone', '/rpc', {})
print(*meter.errors, sep='\\n')
"""
    result = subprocess.run(
        [sys.executable, '-c', code], cwd=ROOT / 'benchmarks', capture_output=True, text=True)
    assert result.stdout.splitlines() == [
        'page: HTTP 500', "page: 'x' is missing", 'call: It is broken', 'gone: ConnectionError',
    ], result.stderr


def test_report_adds_up_errors(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / 'benchmarks')
    report = importlib.import_module('load_report')
    step = {'clients': 1, 'requests': 2, 'requests_per_second': 1.0, 'percentiles': [1, 2, 3],
            'conflicts': 0, 'notifications': 0, 'kinds': {}, 'errors': {'reply: HTTP 500': 2}}
    text = report.tabulate({'steps': [step, step], 'memory': []})
    assert 'error: 4 times reply: HTTP 500' in text


@pytest.mark.parametrize('variable', ['CLIENTS=none', 'CLIENTS=0', 'SECONDS=soon', 'WORKERS=99'])
def test_wrong_variables(bench_odoo, variable):
    name, value = variable.split('=')
    bench_odoo_settings = Settings({'DEV_DIR': str(bench_odoo.settings.dev), name: value})
    with pytest.raises(DevError, match=f'{name}={value}'):
        load.read_clients(bench_odoo_settings)
        load.read_number(bench_odoo_settings, name, 1, 32)
