"""``make test-odoo`` tells what ends otherwise with our addons, and keeps it in a file."""

from hdl import suites

REPORT = """<testsuites><testsuite>
<testcase classname="odoo.addons.mail.tests.test_a.TestA" name="test_good"/>
<testcase classname="odoo.addons.mail.tests.test_a.TestA" name="test_bad"><failure/></testcase>
<testcase classname="odoo.addons.mail.tests.test_a.TestA" name="test_bad"/>
<testcase classname="odoo.addons.mail.tests.test_a.TestA" name="test_left"><skipped/></testcase>
<testcase classname="odoo.addons.mail.tests.test_a.TestA" name="test_broken"><error/></testcase>
</testsuite></testsuites>"""
TEST = 'mail.tests.test_a.TestA.test_{}'.format


def test_report_keeps_the_worst_of_a_test(tmp_path):
    path = tmp_path / 'report.xml'
    path.write_text(REPORT, encoding='utf-8')
    assert suites.read_report(path) == {
        TEST('good'): 'passed', TEST('bad'): 'failure', TEST('left'): 'skipped',
        TEST('broken'): 'error'}


def test_difference(tmp_path, monkeypatch):
    monkeypatch.setattr(suites, 'REASONS', {TEST('known'): 'Asked for.'})
    without = {TEST('known'): 'passed', TEST('new'): 'passed', TEST('same'): 'failure',
               TEST('mended'): 'failure'}
    path = tmp_path / 'difference.txt'
    ours = {**without, TEST('known'): 'failure', TEST('mended'): 'passed'}
    assert suites.compare(without, ours, path) == 0
    assert suites.compare(without, {**ours, TEST('new'): 'error'}, path) == 1
    text = path.read_text(encoding='utf-8')
    assert f'{TEST("known")}: passed without us, failure with us: Asked for.' in text
    assert f'{TEST("new")}: passed without us, error with us\n' in text
    assert f'{TEST("mended")}: failure without us, passed with us\n' in text
    assert TEST('same') not in text and '1 fail with us alone' in text
