"""The customer's pages, by a client in this process: without a network, with all of Odoo's HTTP."""

import threading

import meter
import plans
from werkzeug.test import Client
from werkzeug.wrappers import Response

import odoo
from odoo import http
from odoo.service import security
from odoo.service.server import load_server_wide_modules

PAGE = '/my/tickets'


class PortalClient:
    """A browser in which the desk's portal customer is logged in."""

    def __init__(self, side):
        load_server_wide_modules()
        self.side = side
        self.session = http.root.session_store.new()
        with side.environment('portal') as env:
            self.session.update(
                http.get_default_session(), db=side.database, uid=env.uid,
                login=env.user.login, _trace_disable=True)
            self.session.context = dict(env['res.users'].context_get())
            self.session.session_token = security.compute_session_token(self.session, env)
        http.root.session_store.save(self.session)
        self.client = Client(odoo.http.root, Response, use_cookies=False)

    def close(self):
        http.root.session_store.delete(self.session)

    def get(self, path):
        """One page: ``(Sample, its HTML)``; its queries are those of the request."""
        thread = threading.current_thread()
        sample = meter.Sample(lambda: getattr(thread, 'query_count', 0))
        thread.query_count = 0
        with sample:
            response = self.client.get(
                path, headers={'Cookie': f'session_id={self.session.sid}'},
                base_url='http://127.0.0.1')
        sample.queries = thread.query_count  # it begins anew with each request
        text = response.get_data(as_text=True)
        if response.status_code != 200 or '/my/ticket/' not in text:
            raise RuntimeError(f'{self.side.database}{path}: {response.status}, no tickets')
        return sample, text

    def visit(self, first):
        """The list's first page.

        :param bool first: what the server keeps of rights and parameters is forgotten before
        """
        if first:
            self.side.registry.clear_cache()
        sample, text = self.get(PAGE)
        sample.found = text.count('/my/ticket/')
        return sample


def measure(sides, runs=meter.MOST_RUNS):
    """First and repeated visits: ``{'first' or 'again': {name of a side: [Sample]}}``."""
    clients = {name: PortalClient(side) for name, side in sides.items()}
    samples = {visit: {name: [] for name in sides} for visit in ('first', 'again')}
    for client in clients.values():
        client.get(PAGE)  # styles and templates are made once for all customers
    for _run in range(runs):
        for name, client in clients.items():
            samples['first'][name].append(client.visit(first=True))
            samples['again'][name].append(client.visit(first=False))
    for client in clients.values():
        client.close()
    return samples


def read_plans(side):
    """The statements of the page on large tables, with their plans."""
    client = PortalClient(side)
    with meter.recorded([]) as statements:
        client.visit(first=True)
    client.close()
    with side.environment() as env:
        return plans.explain_all(env.cr, statements)
