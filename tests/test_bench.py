"""``make bench`` of a few rows on a tiny desk: the machinery, no figures of time."""

import json
import os
import subprocess
import sys

import pytest

from harness import run_script
from hdl.bench import BenchOdoo, parse_sizes
from hdl.console import DevError
from hdl.settings import ROOT

TICKETS = 100 + os.getpid() % 100  # two runs of the tests at once make different databases
ROWS = 'create list_agent changes'
TABLES = ('helpdesk_lite_ticket', 'mail_followers', 'mail_message')
CLICKS = 1_000 + os.getpid() % 100  # with less, a team has too few open tickets to go on to
# Tickets whose text isn't the one that the ORM makes
WRONG_TEXTS = """
tickets = env['helpdesk.lite.ticket'].search([])
made = {ticket: ticket.search_index for ticket in tickets}
tickets._compute_search_index()
print('wrong:', sum(ticket.search_index != text for ticket, text in made.items()), len(made))
env.cr.rollback()
"""
OBJECTS = """
SELECT pg_get_indexdef(indexrelid), obj_description(indexrelid, 'pg_class')
  FROM pg_index WHERE indrelid = '{table}'::regclass
UNION
SELECT conname || ' ' || pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint')
  FROM pg_constraint WHERE conrelid = '{table}'::regclass
"""


def run_program(odoo, name, *arguments):
    """Run one of the programs in benchmarks/; return what it wrote."""
    command = [odoo.settings.python, ROOT / 'benchmarks' / name, *arguments]
    return subprocess.run(
        [str(part) for part in command], env=odoo.environ, capture_output=True, text=True,
        check=True).stdout


@pytest.fixture(scope='module')
def bench(odoo):
    """What ``make bench N=… PEERS=0`` wrote on the screen and into its files."""
    folder = odoo.settings.dev / 'bench'
    target = folder / f'result-{TICKETS}.json'
    done = subprocess.run(
        [sys.executable, ROOT / 'scripts' / 'dev.py', 'bench'], capture_output=True, text=True,
        env={**os.environ, 'N': str(TICKETS), 'PEERS': '0', 'ROWS': ROWS, 'ADDONS': '',
             'PYTHONPATH': ''})
    try:
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        yield {'screen': done.stdout, 'json': target,
               'result': json.loads(target.read_text(encoding='utf-8')),
               'markdown': target.with_suffix('.md').read_text(encoding='utf-8')}
    finally:
        odoo.databases.drop(f'hdl_bench_ours_{TICKETS}')
        target.unlink(missing_ok=True)
        target.with_suffix('.md').unlink(missing_ok=True)


def get_cells(line):
    return [cell.strip() for cell in line.strip('|').split('|')]


def test_rows(bench):
    """Each has its line, its figures, and did its work; those that need a peer aren't judged."""
    lines = [get_cells(line) for line in bench['screen'].splitlines() if line.startswith('| ')]
    shown = {line[0]: line for line in lines if len(line) == 9 and line[0].strip('-')}
    rows = {row['key']: row for row in bench['result']['rows']}
    found = {key: row['sides']['ours']['found'] for key, row in rows.items()}
    assert found == {'create': 100, 'list_agent': found['list_agent'], 'close': TICKETS,
                     'fold': TICKETS, 'fold_hours': TICKETS} and found['list_agent'] > 0
    assert set(shown) == {'work'} | {row['work'] for row in rows.values()}
    assert shown[rows['create']['work']][2] == 'not measured'
    assert any(plan['indexes'] for plan in rows['list_agent']['plans'])
    for row in rows.values():
        ours = row['sides']['ours']
        assert 0 < ours['ms_min'] <= ours['ms'] <= ours['ms_max'] and ours['queries'] > 0, row
        assert row['reached'] in (True, False) or 'OCA' in row['asked'] or not row['asked'], row


def test_result(bench, odoo):
    result = bench['result']
    assert result['tickets'] == TICKETS and result['measured'] == ['ours']
    assert {'Odoo', 'Python', 'PostgreSQL', 'helpdesk_lite'} <= set(result['versions'])
    assert bench['markdown'] in bench['screen']
    assert not odoo.databases.exists(f'hdl_bench_ours_{TICKETS}_draft')


@pytest.mark.parametrize('table', TABLES)
def test_filling_leaves_indexes_and_constraints(bench, odoo, databases, table):
    query = OBJECTS.format(table=table)
    filled = odoo.server.sql(query, f'hdl_bench_ours_{TICKETS}')
    assert sorted(filled) == sorted(odoo.server.sql(query, databases.template))


def test_desk(bench, odoo):
    """So many tickets, each followed by its customer."""
    assert odoo.server.sql("""
        SELECT count(*), count(*) FILTER (WHERE EXISTS (
                   SELECT FROM mail_followers WHERE res_model = 'helpdesk.lite.ticket'
                      AND res_id = ticket.id AND partner_id = ticket.partner_id))
          FROM helpdesk_lite_ticket ticket""", f'hdl_bench_ours_{TICKETS}'
    ) == [[str(TICKETS)] * 2]


def test_huge_desk(odoo, bench, databases):
    """Made in parts it is as large, has the same texts, indexes and constraints."""
    name = databases.copy()
    run_program(odoo, 'huge.py', f'--config={odoo.settings.folder("bench") / "odoo.conf"}',
                f'--database={name}', '--tickets=60', '--part=20')
    assert 'wrong: 0 60' in run_script(odoo, name, WRONG_TEXTS)
    for table in TABLES:
        query = OBJECTS.format(table=table)
        assert sorted(databases.sql(name, query)) == sorted(
            databases.sql(databases.template, query)), table
    assert databases.sql(name, """
        SELECT count(*), count(DISTINCT creation_date), bool_and(creation_date <= now())
          FROM helpdesk_lite_ticket""") == [['60', '60', 't']]


def test_clicks_in_a_browser(odoo):
    """Each click is timed, from a ticket that was opened to a message that was sent."""
    target = odoo.settings.dev / 'bench' / f'browser-{CLICKS}.json'
    environ = {**os.environ, 'N': str(CLICKS), 'PEERS': '0', 'ROWS': 'browser', 'ADDONS': '',
               'PYTHONPATH': ''}
    try:
        done = subprocess.run([sys.executable, ROOT / 'scripts' / 'dev.py', 'bench'],
                              capture_output=True, text=True, env=environ)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        rows = json.loads(target.read_text(encoding='utf-8'))['rows']
    finally:
        odoo.databases.drop(f'hdl_bench_ours_{CLICKS}')
        target.unlink(missing_ok=True)
        target.with_suffix('.md').unlink(missing_ok=True)
    assert [row['key'] for row in rows] == [
        'browser_dashboard', 'browser_pipeline', 'browser_ticket', 'browser_next', 'browser_send']
    for row in rows:
        ours = row['sides']['ours']
        assert 0 < ours['ms_min'] <= ours['ms'] <= ours['ms_max'] and ours['queries'] > 0, row
        assert f'| {row["work"]} ' in done.stdout


def test_growth(bench, odoo, tmp_path):
    larger = json.loads(json.dumps(bench['result']))
    larger['tickets'] *= 10
    for row in larger['rows']:
        row['sides']['ours']['ms'] *= 3
    path = tmp_path / 'larger.json'
    path.write_text(json.dumps(larger), encoding='utf-8')
    text = run_program(odoo, 'growth.py', bench['json'], path)
    lines = [get_cells(line) for line in text.splitlines() if line.startswith('| All Tickets')]
    assert lines and all(line[3] == '3.0 ×' for line in lines)


def test_reading_all_is_told(bench, odoo, tmp_path):
    """A table that is read as a whole stands out."""
    result = json.loads(json.dumps(bench['result']))
    result['rows'][0]['plans'] = [{'ms': 9, 'indexes': [], 'scans': ['mail_followers']}]
    path = tmp_path / 'scan.json'
    path.write_text(json.dumps(result), encoding='utf-8')
    assert 'READS ALL' not in run_program(odoo, 'report.py', bench['json'])
    assert 'READS ALL of mail_followers' in run_program(odoo, 'report.py', path)


def test_sizes():
    assert parse_sizes('100_000,10000') == [10_000, 100_000]


@pytest.mark.parametrize('text', ['', 'many', '10', '-5', '1,x', '10000000000', '2500000'])
def test_no_size(text):
    with pytest.raises(DevError, match='N='):
        parse_sizes(text)


def test_peer_cannot_be_fetched(odoo, tmp_path, monkeypatch, capsys):
    """One line says so, and the rest goes on without it."""
    monkeypatch.setattr(BenchOdoo, 'peer_folder', tmp_path / 'missing' / 'odoo' / 'addons')
    monkeypatch.setattr('hdl.bench.PEER_VERSION', '0.0.0')
    monkeypatch.setattr('hdl.bench.run_logged', lambda *args, **options: 1)
    assert BenchOdoo(odoo.settings, odoo.server, odoo.path).get_peer() is False
    assert 'could not be fetched' in capsys.readouterr().out
