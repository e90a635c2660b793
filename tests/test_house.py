"""How the addons are built: one way through a write, one place for raw statements."""

import ast
from collections import defaultdict

from hdl.settings import ROOT

MODELS = ('helpdesk.lite.team', 'helpdesk.lite.stage', 'helpdesk.lite.ticket')


def methods_of_models():
    """``{(model, method): files that define it}`` of all three addons."""
    found = defaultdict(list)
    for path in sorted(ROOT.glob('helpdesk_lite*/models/**/*.py')):
        for node in ast.parse(path.read_text(encoding='utf-8')).body:
            if isinstance(node, ast.ClassDef):
                for model in names_of(node):
                    for method in node.body:
                        if isinstance(method, ast.FunctionDef):
                            found[model, method.name].append(str(path.relative_to(ROOT)))
    return found


def names_of(node):
    """What a model class calls itself, or extends."""
    return {
        name.value for statement in node.body if isinstance(statement, ast.Assign)
        and statement.targets[0].id in ('_name', '_inherit')
        for name in ast.walk(statement.value) if isinstance(name, ast.Constant)}


def test_create_and_write_stand_once():
    """Their order is written down in one method; concerns extend its hooks."""
    methods = methods_of_models()
    for model in MODELS:
        file = f'helpdesk_lite/models/{model.replace(".", "_")}.py'
        for method in ('create', 'write'):
            assert methods[model, method] == [file]


def test_messages_are_posted_and_taken_in_by_one_method():
    """What Odoo calls on the way of a message is read in one place; concerns extend its hooks."""
    methods = methods_of_models()
    for model, names in (
        ('helpdesk.lite.ticket', (
            'message_post', '_message_post_after_hook', '_notify_get_recipients',
            '_notify_by_email_render_layout')),
        ('mail.thread', (
            'message_process', 'message_parse', 'message_route', '_message_route_process')),
    ):
        for name in names:
            assert len(methods[model, name]) == 1, (name, methods[model, name])


def test_followers_are_added_and_removed_in_one_file():
    statements = ('INSERT INTO mail_followers', 'DELETE FROM mail_followers')
    files = {
        str(path.relative_to(ROOT)) for path in ROOT.glob('helpdesk_lite*/**/*.py')
        if not {'tests', 'migrations'} & set(path.parts) and path.name != 'hooks.py'
        and any(statement in path.read_text(encoding='utf-8') for statement in statements)}
    assert files == {'helpdesk_lite/models/access/helpdesk_lite_ticket_followers.py'}
