"""The helpdesk that is pictured, over RPC; whatever is changed for a picture is put back."""

import json
import sys
import urllib.error
import urllib.request

ADMIN = 'admin'
# For what is no part of the story: nothing in logs, no mail.
SILENT = {'tracking_disable': True, 'no_reset_password': True}


class Server:
    """``with Server(base) as server``: at the end, the changes are undone, the last one first."""

    def __init__(self, base, database):
        self.base = base
        self.lang = 'en_US'
        self.undo = []
        self.database = database
        self.user_id = self._ask('common', 'login', ADMIN, ADMIN)
        if not self.user_id:
            sys.exit('error: admin cannot log in with the password admin.')

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for step in reversed(self.undo):
            step()

    def _rpc(self, path, parameters):
        request = urllib.request.Request(
            self.base + path, json.dumps({'params': parameters}).encode(),
            {'Content-Type': 'application/json'})
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                result = json.load(answer)
        except urllib.error.URLError as error:
            sys.exit(f'error: No helpdesk at {self.base} ({error.reason}). Type: make run')
        if 'error' in result:
            sys.exit(f'error: {path}: {result["error"]["data"]["debug"]}')
        return result.get('result')

    def _ask(self, service, method, *arguments):
        return self._rpc('/jsonrpc', {
            'service': service, 'method': method, 'args': [self.database, *arguments]})

    def call(self, model, method, *arguments, context=None, **named):
        named['context'] = {'lang': self.lang, **SILENT, **(context or {})}
        return self._ask(
            'object', 'execute_kw', self.user_id, ADMIN, model, method, arguments, named)

    def tell(self, model, method, *arguments, **named):
        """Call what is part of the story: with its mails and its traces in the log."""
        return self.call(
            model, method, *arguments, context={'tracking_disable': False}, **named)

    def ref(self, name):
        """The number of a record by its external name."""
        module, _dot, key = name.partition('.')
        found = self.call('ir.model.data', 'search_read', [
            ('module', '=', module), ('name', '=', key)], ['res_id'])
        if not found:
            sys.exit(f'error: There is no {name}: the pictures need demo data and every addon.')
        return found[0]['res_id']

    def read(self, model, number, *names):
        record, = self.call(model, 'read', [number], names, load=None)
        return record

    def search(self, model, domain, **named):
        return self.call(model, 'search', domain, **named)

    def change(self, model, number, **values):
        """Write on a record until the pictures are taken."""
        before = self.read(model, number, *values)
        self.call(model, 'write', [number], values)
        old = {name: [(6, 0, value)] if isinstance(value, list) else value
               for name, value in before.items() if name != 'id'}
        self.undo.append(lambda: self.call(model, 'write', [number], old))

    def make(self, model, **values):
        """A record that is there only while the pictures are taken."""
        number, = self.call(model, 'create', [values])
        self.remove_later(model, [('id', '=', number)])
        return number

    def remove_later(self, model, domain):
        """Remove what the pictures leave; with the archived ones."""
        def remove():
            numbers = self.call(model, 'search', domain, context={'active_test': False})
            if numbers:
                self.call(model, 'unlink', numbers)
        self.undo.append(remove)
