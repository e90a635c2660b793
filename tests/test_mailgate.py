"""scripts/mailgate.py against a real server: the message arrives, or one line tells why not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness import free_port, mailgate

MESSAGES = Path(__file__).parent / 'messages'
PROGRAM = Path(__file__).parents[1] / 'scripts' / 'mailgate.py'


def gate(*arguments, message=b'', **environ):
    return subprocess.run(
        [sys.executable, PROGRAM, *map(str, arguments)],
        input=message, capture_output=True, timeout=60, env={**os.environ, **environ},
    )


def says(result, code, *words):
    text = result.stderr.decode()
    assert result.returncode == code, text
    assert len(text.splitlines()) == 1
    assert all(word in text for word in words), text


def test_nobody_listens():
    says(gate(f'--port={free_port()}', message=b'Subject: x\n\nx'), 75, 'make run')


def test_empty_message():
    says(gate(message=b' \n'), 65, 'empty')


def test_missing_file():
    says(gate('/nowhere/message.eml'), 65, 'cannot be read')


@pytest.fixture(scope='module')
def to_nobody():
    text = (MESSAGES / 'plain.eml').read_bytes()
    return text.replace(b'support@helpdesk.example.com', b'nobody@elsewhere.example.com')


def test_unknown_alias(helpdesk, to_nobody):
    helpdesk.expect_problem('Routing mail')
    says(mailgate(helpdesk, to_nobody, check=False), 67, 'no alias')


def test_wrong_password(helpdesk, to_nobody):
    options = [f'--port={helpdesk.port}', f'--database={helpdesk.database}']
    says(gate(*options, message=to_nobody, MAILGATE_PASSWORD='wrong'), 77, 'wrong password')


def test_wrong_database(helpdesk, to_nobody):
    helpdesk.expect_problem('Exception during request handling')
    result = gate(f'--port={helpdesk.port}', '--database=not_there', message=to_nobody)
    assert result.returncode in (69, 77), result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_login_without_rights(helpdesk):
    """Whose pipe may not make tickets learns that, not that somebody else should be asked."""
    group = helpdesk.call('ir.model.data', 'search_read', [
        ['module', '=', 'base'], ['name', '=', 'group_portal']], ['res_id'])[0]['res_id']
    helpdesk.call('res.users', 'create', {
        'name': 'Pipe', 'login': 'pipe', 'password': 'pipe', 'group_ids': [(6, 0, [group])]})
    options = [f'--port={helpdesk.port}', f'--database={helpdesk.database}', '--login=pipe']
    message = (MESSAGES / 'plain.eml').read_bytes()
    says(gate(*options, message=message, MAILGATE_PASSWORD='pipe'), 77, 'pipe may not', 'access')
