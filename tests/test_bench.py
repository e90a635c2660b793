"""``make bench`` on a desk that is small enough for a test: the machinery, no figures of time."""

import json
import os
import subprocess
import sys

import pytest

from hdl.bench import BenchOdoo, parse_sizes
from hdl.console import DevError
from hdl.settings import ROOT

TICKETS = 300 + os.getpid() % 400  # two runs of the tests at once make different databases
TABLES = ('helpdesk_lite_ticket', 'mail_followers', 'mail_message')
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
        env={**os.environ, 'N': str(TICKETS), 'PEERS': '0', 'ADDONS': '', 'PYTHONPATH': ''})
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


class TestTable:
    def test_every_row_is_filled(self, bench):
        lines = [get_cells(line) for line in bench['screen'].splitlines() if line.startswith('| ')]
        rows = {line[0]: line for line in lines if len(line) == 9 and line[0].strip('-')}
        assert {'work'} | {row['work'] for row in bench['result']['rows']} == set(rows)
        for row in bench['result']['rows']:
            cells = rows[row['work']]
            assert ' ms' in cells[1] and cells[5], cells
            assert cells[2] in ('not measured', '–'), cells
            if 'peer' in row['expected']:
                assert cells[2] == 'not measured', cells

    def test_markdown_is_what_was_shown(self, bench):
        assert bench['markdown'] in bench['screen']
        assert 'memory of the process' in bench['markdown']

    def test_no_traces(self, bench, odoo):
        names = odoo.databases.names()
        assert f'hdl_bench_ours_{TICKETS}' in names
        assert not [name for name in names if name.endswith('_draft') and 'bench' in name]


class TestResult:
    def test_circumstances(self, bench):
        result = bench['result']
        assert result['tickets'] == TICKETS and result['measured'] == ['ours']
        assert result['machine']['cpu'] and result['machine']['cores'] >= 1
        assert {'Odoo', 'Python', 'PostgreSQL', 'helpdesk_lite'} <= set(result['versions'])
        assert result['load'] >= 0

    def test_figures(self, bench):
        for row in bench['result']['rows']:
            ours = row['sides']['ours']
            assert ours['ms'] > 0 and ours['queries'] > 0, row
            assert ours['ms_min'] <= ours['ms'] <= ours['ms_max'], row
            assert 0 < ours['sql_ms'] < ours['ms_max'], row

    def test_the_work_was_done(self, bench):
        """A fast row that found nothing would be no figure."""
        found = {row['key']: row['sides']['ours']['found'] for row in bench['result']['rows']}
        assert found['create'] == found['create_given'] == 100
        assert found['mail_known'] == found['mail_new'] == 1
        assert found['dashboard'] == 50 and found['portal_first'] == 20
        assert found['close'] == found['fold'] == found['fold_hours'] == TICKETS
        assert found['list_agent'] > 0 and found['kanban_all_agent'] > 0 and found['form'] > 0

    def test_figures_asked_for_are_judged(self, bench):
        """Those that need a peer are not; the others are, whichever way."""
        for row in bench['result']['rows']:
            needs_peer = 'OCA' in row['asked']
            if row['asked'] and not needs_peer:
                assert row['reached'] in (True, False), row
            elif row['reached'] is not None:
                assert needs_peer and row['reached'] is False, row

    def test_plans(self, bench):
        rows = {row['key']: row for row in bench['result']['rows']}
        assert any(plan['indexes'] for plan in rows['list_agent']['plans'])
        assert any(
            'helpdesk_lite_ticket' in plan['statement'] for plan in rows['dashboard']['plans'])


class TestDesk:
    @pytest.mark.parametrize('table', TABLES)
    def test_filling_leaves_indexes_and_constraints(self, bench, odoo, databases, table):
        query = OBJECTS.format(table=table)
        filled = odoo.server.sql(query, f'hdl_bench_ours_{TICKETS}')
        assert sorted(filled) == sorted(odoo.server.sql(query, databases.template))

    def test_what_is_in_it(self, bench, odoo):
        def sql(query):
            return odoo.server.sql(query, f'hdl_bench_ours_{TICKETS}')

        assert sql('SELECT count(*) FROM helpdesk_lite_ticket') == [[str(TICKETS)]]
        assert sql("SELECT count(*) FROM helpdesk_lite_team WHERE privacy_visibility = "
                   "'invited_internal'") == [['6']]
        # each customer follows their ticket
        assert sql("""SELECT count(*) FROM helpdesk_lite_ticket ticket WHERE NOT EXISTS (
                        SELECT FROM mail_followers WHERE res_model = 'helpdesk.lite.ticket'
                           AND res_id = ticket.id AND partner_id = ticket.partner_id)""") == [['0']]


class TestReport:
    def test_growth(self, bench, odoo, tmp_path):
        larger = json.loads(bench['json'].read_text(encoding='utf-8'))
        larger['tickets'] *= 10
        for row in larger['rows']:
            row['sides']['ours']['ms'] *= 3
        path = tmp_path / 'larger.json'
        path.write_text(json.dumps(larger), encoding='utf-8')
        text = run_program(odoo, 'growth.py', bench['json'], path)
        lines = [get_cells(line) for line in text.splitlines() if line.startswith('| kanban of a')]
        assert lines and all(line[3] == '3.0 ×' for line in lines)
        assert [line[-1] for line in lines if line[-2]] == ['NO'] * 4

    def test_reading_all_is_told(self, bench, odoo, tmp_path):
        """A table that is read as a whole stands out."""
        result = json.loads(bench['json'].read_text(encoding='utf-8'))
        result['rows'][0]['plans'] = [{'ms': 9, 'indexes': [], 'scans': ['mail_followers']}]
        path = tmp_path / 'scan.json'
        path.write_text(json.dumps(result), encoding='utf-8')
        assert 'READS ALL' not in run_program(odoo, 'report.py', bench['json'])
        assert 'READS ALL of mail_followers' in run_program(odoo, 'report.py', path)


class TestInput:
    def test_sizes(self):
        assert parse_sizes('100_000,10000') == [10_000, 100_000]

    @pytest.mark.parametrize('text', ['', 'many', '10', '-5', '1,x', '10000000000'])
    def test_no_size(self, text):
        with pytest.raises(DevError, match='N='):
            parse_sizes(text)

    def test_peer_cannot_be_fetched(self, odoo, tmp_path, monkeypatch, capsys):
        """One line says so, and the rest goes on without it."""
        monkeypatch.setattr(BenchOdoo, 'peer_folder', tmp_path / 'missing' / 'odoo' / 'addons')
        monkeypatch.setattr('hdl.bench.PEER_VERSION', '0.0.0')
        monkeypatch.setattr('hdl.bench.run_logged', lambda *args, **options: 1)
        assert BenchOdoo(odoo.settings, odoo.server, odoo.path).get_peer() is False
        assert 'could not be fetched' in capsys.readouterr().out
