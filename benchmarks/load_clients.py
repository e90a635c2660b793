"""What agents and customers do in a load test: the requests that their browsers send.

The requests of an agent are those that Odoo's web client sent when they were recorded (Odoo 19.0);
their field specifications are derived from the views, as the web client does. Files that a browser
keeps (scripts, styles) are not asked for. Nobody pauses between two requests, so a client here is
as busy as many people.
"""

import ast
import itertools
import time
import uuid
import xmlrpc.client
from collections import defaultdict

import requests
from load_live import Live
from lxml import etree

TICKET = 'helpdesk.lite.ticket'
TIMEOUT = 120  # seconds
PAGE = 80
CHATTER = ['activities', 'attachments', 'contact_fields', 'followers', 'scheduledMessages',
           'suggestedRecipients']
MAIL = """From: {sender}
To: {to}
Subject: The printer is jammed again
Message-ID: <{number}@bench.example.com>
Content-Type: text/plain; charset=utf-8

Good morning,

the printer on floor 2 is jammed again. Please help.
"""
# Fields that a widget of the kanban reads besides its own.
WIDGET_FIELDS = {'kanban_activity': (
    'activity_exception_decoration', 'activity_exception_icon', 'activity_state',
    'activity_summary', 'activity_type_icon', 'activity_type_id')}


class Meter:
    """Durations of requests in seconds by kind, and errors by text, of one step."""

    def __init__(self):
        self.times = defaultdict(list)
        self.errors = defaultdict(int)

    def note(self, kind, seconds, error=None):
        self.times[kind].append(seconds)
        if error:
            self.errors[f'{kind}: {error}'] += 1


class Visitor(requests.Session):
    """A browser without a login. What goes wrong is counted, and never raised."""

    def __init__(self, url, meter):
        super().__init__()
        self.url = url
        self.meter = meter

    def page(self, kind, path, expected):
        """Get a page; it is an error if a text that it should hold isn't there."""
        return self._send(kind, 'GET', path, lambda answer: (
            None if expected in answer.text else f'{expected!r} is missing'))

    def submit(self, kind, path, values):
        """Send a form."""
        self._send(kind, 'POST', path, lambda answer: None, data=values)

    def rpc(self, kind, path, params):
        """Call a JSON route; return its result, or None after an error."""
        answer = self._send(kind, 'POST', path, get_json_error, json={
            'jsonrpc': '2.0', 'method': 'call', 'params': params})
        return answer.json().get('result') if answer else None

    def deliver(self, kind, gate, sender):
        """Hand over an e-mail that makes a ticket, as scripts/mailgate.py does."""
        message = MAIL.format(sender=sender, to=gate['to'], number=uuid.uuid4())
        call = xmlrpc.client.dumps((
            gate['database'], gate['user'], gate['password'], 'mail.thread', 'message_process',
            [False, xmlrpc.client.Binary(message.encode())], {}), 'execute_kw')
        self._send(kind, 'POST', '/xmlrpc/2/object', get_xml_error, data=call,
                   headers={'Content-Type': 'text/xml'})

    def _send(self, kind, method, path, check, **kwargs):
        start = time.perf_counter()
        try:
            answer = self.request(method, self.url + path, timeout=TIMEOUT, **kwargs)
            error = f'HTTP {answer.status_code}' if answer.status_code >= 400 else check(answer)
        except (requests.RequestException, ValueError) as problem:
            answer, error = None, type(problem).__name__
        self.meter.note(kind, time.perf_counter() - start, error)
        return None if error else answer

    def log_in(self, database, login, password):
        result = self.rpc('login', '/web/session/authenticate', {
            'db': database, 'login': login, 'password': password})
        if not result or not result.get('uid'):
            raise SystemExit(f'error: {login} cannot log in')
        self.context = {**result['user_context'], 'uid': result['uid']}


def get_json_error(answer):
    error = answer.json().get('error')
    return error and str((error.get('data') or {}).get('message') or error)[:120]


def get_xml_error(answer):
    try:
        (ticket, *_more), _method = xmlrpc.client.loads(answer.content)
    except xmlrpc.client.Fault as fault:
        return ' '.join(fault.faultString.split('Error:')[-1].split())[:200]
    return None if ticket else 'the mail made no ticket'


class Agent(Visitor):
    """Opens the dashboard and the team's pipeline, looks at a ticket, answers, moves or solves it,
    searches; listens to the team, and tells who else is on a ticket that they are there."""

    def __init__(self, url, meter, team, words, number):
        super().__init__(url, meter)
        self.team = team
        self.words = itertools.cycle(words[number:] + words[:number])
        self.turns = itertools.count(number * 3)  # colleagues begin at different tickets
        self.rounds = itertools.count()
        self.live = None

    def prepare(self):
        """Read the views once, as the web client does, which keeps them."""
        views = self.call('views', TICKET, 'get_views', views=[[False, name] for name in (
            'kanban', 'form', 'list')], options={'toolbar': True})
        fields = views['models'][TICKET]['fields']
        self.card, self.form, self.list = (
            specify(etree.fromstring(views['views'][name]['arch']), fields, views['models'])
            for name in ('kanban', 'form', 'list'))
        stages = self.call('views', 'helpdesk.lite.stage', 'search_read', domain=[
            ('team_ids', '=', self.team), ('fold', '=', False)], fields=['display_name', 'fold'])
        self.stages = [stage['id'] for stage in stages]

    def listen(self, url):
        """Open the websocket that news come by."""
        self.live = Live(url, self.url, self.cookies['session_id'], self.team)

    def call(self, kind, model, method, *args, context=None, **kwargs):
        return self.rpc(kind, f'/web/dataset/call_kw/{model}/{method}', {
            'model': model, 'method': method, 'args': args,
            'kwargs': {**kwargs, 'context': {**self.context, **(context or {})}}})

    def work(self):
        """The requests of a round, one a step: what follows a failed one is left out."""
        self.call('dashboard', 'helpdesk.lite.team', 'web_search_read', domain=[], limit=PAGE,
                  specification={name: {} for name in (
                      'name', 'color', 'privacy_visibility', 'alias_full_name', 'away_member_names',
                      'open_ticket_count', 'unassigned_ticket_count', 'urgent_ticket_count',
                      'closed_ticket_count')})
        yield
        domain = ['&', ('team_id', '=', self.team), ('is_closed', '=', False)]
        self.call('pipeline: bars', TICKET, 'read_progress_bar', domain=domain, group_by='stage_id',
                  progress_bar={'field': 'kanban_state', 'colors': {
                      'done': 'success', 'blocked': 'danger', 'normal': '200'}})
        yield
        pipeline = self.call(
            'pipeline', TICKET, 'web_read_group', domain=domain, groupby=['stage_id'],
            aggregates=[], auto_unfold=True, opening_info=[], unfold_read_default_limit=PAGE,
            unfold_read_specification=self.card, context={'read_group_expand': True})
        yield
        cards = [card for group in (pipeline or {}).get('groups', ())
                 for card in group.get('__records', ())]
        if cards:
            yield from self.work_on(cards[next(self.turns) * 7 % len(cards)], domain)
        else:
            self.meter.errors['pipeline: no card is in it'] += 1
        word = next(self.words)
        self.call('search', TICKET, 'web_search_read', specification=self.list, limit=PAGE,
                  count_limit=10001, domain=['|', ('name', 'ilike', word),
                                             ('ticket_ref', 'ilike', word)])
        yield

    def work_on(self, card, pipeline):
        thread = {'thread_model': TICKET, 'thread_id': card['id']}
        with self.live.open(card['id']):
            self.call('who is here', TICKET, 'tell_presence', [card['id']], 'opened')
            self.call('ticket', TICKET, 'web_read', [card['id']], specification=self.form,
                      context={'bin_size': True})
            yield
            self.rpc('ticket: messages', '/mail/thread/messages', {
                **thread, 'fetch_params': {'limit': 30}})
            yield
            self.rpc('ticket: chatter', '/mail/data', {'fetch_params': [['mail.thread', {
                **thread, 'access_params': {}, 'request_list': CHATTER}]], 'context': self.context})
            yield
            self.rpc('reply', '/mail/message/post', {
                **thread, 'context': self.context, 'post_data': {
                    'body': 'We are looking into it.', 'email_add_signature': True,
                    'message_type': 'comment', 'subtype_xmlid': 'mail.mt_comment',
                    'partner_emails':
                        [card['partner_email']] if card.get('partner_email') else []}})
            yield
            self.finish(card)
            yield
            self.call('who is here', TICKET, 'tell_presence', [card['id']], 'left')
        # the bar over the pipeline: which of the tickets that something happened to belong there
        if news := self.live.take_news():
            self.call('pipeline: news', TICKET, 'search', ['&', ('id', 'in', news), *pipeline])
        yield

    def finish(self, card):
        """Move the ticket on, or solve it, in turns."""
        if next(self.rounds) % 2:
            self.call('solve', TICKET, 'action_solve', [card['id']])
            return
        others = [other for other in self.stages if other != card['stage_id']['id']]
        if others:
            self.call('stage move', TICKET, 'web_save', [card['id']], {
                'stage_id': others[next(self.turns) % len(others)]}, specification=self.form)


class Customer(Visitor):
    """Looks through My Account, answers by the link of a mail in a browser without login, writes an
    e-mail, and rates a ticket."""

    def __init__(self, url, meter, person, gate):
        super().__init__(url, meter)
        self.tickets = itertools.cycle(person['tickets'])
        self.ratings = itertools.cycle(person['ratings'])
        self.address = person['email']
        self.gate = gate
        self.stranger = Visitor(url, meter)

    def prepare(self):
        """Nothing to read before."""

    def work(self):
        """The requests of a round, one a step."""
        ticket = next(self.tickets)
        thread = {'thread_model': TICKET, 'thread_id': ticket['id']}
        secret = {'token': ticket['token']}
        self.page('portal list', '/my/tickets', '/my/ticket/')
        yield
        self.page('portal ticket', f'/my/ticket/{ticket["id"]}', ticket['reference'])
        yield
        self.rpc('portal messages', '/mail/chatter_fetch', {
            **thread, 'fetch_params': {'limit': 30}})
        yield
        self.stranger.page(
            'ticket by link', f'/my/ticket/{ticket["id"]}?access_token={ticket["token"]}',
            ticket['reference'])
        yield
        self.stranger.rpc('messages by link', '/mail/chatter_fetch', {
            **thread, **secret, 'fetch_params': {'limit': 30}})
        yield
        self.stranger.rpc('reply by link', '/mail/message/post', {
            **thread, **secret, 'post_data': {
                'body': 'Is there any news?', 'message_type': 'comment',
                'subtype_xmlid': 'mail.mt_comment'}})
        yield
        self.deliver('new ticket by e-mail', self.gate, self.address)
        yield
        yield from self.rate(next(self.ratings))

    def rate(self, token):
        """Follow the link of a request for a rating, and say how it was."""
        form = self.stranger.page('rating: form', f'/rate/{token}/5', 'submit_feedback')
        yield
        if form:
            secret = etree.HTML(form.text).xpath('string(//input[@name="csrf_token"]/@value)')
            self.stranger.submit('rating: sent', f'/rate/{token}/submit_feedback', {
                'rate': 5, 'feedback': 'It was quick.', 'csrf_token': secret})
            yield

    def use(self, meter):
        self.meter = self.stranger.meter = meter


def specify(arch, fields, models):
    """What the web client asks for to show a view: ``{field: specification}``."""
    found = {}
    for node in arch.iter('field'):
        if not any(parent.tag == 'field' for parent in node.iterancestors()):
            for name in (node.get('name'), *WIDGET_FIELDS.get(node.get('widget'), ())):
                if name in fields:
                    found[name] = specify_field(node, fields[name], models)
    return {**found, 'display_name': {}}


def specify_field(node, field, models):
    hidden = node.get('invisible') in ('1', 'True')
    if field['type'] == 'many2one':
        return {'fields': {} if hidden else {'display_name': {}}}
    if field['type'] not in ('one2many', 'many2many'):
        return {}
    if node.get('widget') == 'many2many_tags':
        color = ast.literal_eval(node.get('options') or '{}').get('color_field')
        return {'fields': {'display_name': {}, **({color: {}} if color else {})}}
    if len(node):
        inner = specify(node[0], models.get(field['relation'], {}).get('fields', {}), models)
        return {'fields': inner, 'limit': 40}
    return {'fields': {}}
