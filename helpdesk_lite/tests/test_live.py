import json
from types import SimpleNamespace
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..models.live.helpdesk_lite_ticket import LIVE, NEWS, PRESENCE
from .common import HelpdeskLiteCommon
from .test_access_matrix import TABLES, MatrixCommon

WSREQUEST = 'odoo.addons.bus.models.ir_websocket.wsrequest'


class LiveCommon(HelpdeskLiteCommon):
    """Sockets that join channels and are delivered what comes later, as Odoo's own ones."""

    def setUp(self):
        super().setUp()
        self.tell()

    def tell(self):
        """End the transaction, as far as the bus is concerned; forget what it told."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()
        self.last = self.env['bus.bus'].sudo()._bus_last_id()

    def join(self, user, *names):
        """The channels that a user's socket gets for these names."""
        self.env.invalidate_all()
        session = SimpleNamespace(uid=user.id)
        with patch(WSREQUEST, SimpleNamespace(session=session)):
            return self.env['ir.websocket'].with_user(user)._build_bus_channel_list(list(names))

    def get_live(self, channels):
        return [channel[0] for channel in channels
                if isinstance(channel, tuple) and channel[1] == LIVE]

    def deliver(self, user, channels):
        """What is sent to a socket of the user now: messages of ours since the last `tell`."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()
        found = self.env(user=user, context={'lang': None})['bus.bus']._poll(
            channels, self.last)
        return [notification['message'] for notification in found
                if notification['message']['type'] in (NEWS, PRESENCE)]

    def get_ids(self, messages):
        return sorted({row['id'] for message in messages if message['type'] == NEWS
                       for row in message['payload']['tickets']})


@tagged('post_install', '-at_install')
class TestLiveJoin(MatrixCommon, LiveCommon):
    """Exactly those join who may read."""

    def test_every_role_joins_what_it_reads(self):
        wrong = []
        for visibility, table in TABLES.items():
            both = (self.followed[visibility], self.siblings[visibility])
            for role, cells in self.parse(table).items():
                user = getattr(self, role)
                names = [f'helpdesk.lite.ticket_{ticket.id}' for ticket in both]
                joined = self.get_live(self.join(user, *names))
                expected = int(cells['read']) if cells['read'].isdecimal() else 0
                if user.share:
                    expected = 0  # customers have no such screens
                tickets = [record for record in joined if record._name == both[0]._name]
                if tickets != list(both[:expected]):
                    wrong.append(f'{visibility}, {role}: {joined}, not {expected}')
                if bool(expected) != (self.teams[visibility] in joined):
                    wrong.append(f'{visibility}, {role}: {joined}')
                everything = self.get_live(self.join(user, 'helpdesk.lite.teams'))
                if bool(expected) != (self.teams[visibility] in everything):
                    wrong.append(f'{visibility}, {role}: teams {everything}')
        self.assertFalse(wrong, '\n'.join(wrong))

    def test_every_role_is_told_of_what_it_reads(self):
        """Also who could join the team's channel hears of single tickets by their right alone."""
        wrong = []
        for visibility, table in TABLES.items():
            channels = [(self.teams[visibility], LIVE)]
            both = self.followed[visibility] | self.siblings[visibility]
            self.tell()
            both.write({'priority': '3'})
            for role, cells in self.parse(table).items():
                user = getattr(self, role)
                expected = int(cells['read']) if cells['read'].isdecimal() else 0
                expected = sorted(both.ids[:0 if user.share else expected])
                found = self.get_ids(self.deliver(user, channels))
                if found != expected:
                    wrong.append(f'{visibility}, {role}: {found}, not {expected}')
        self.assertFalse(wrong, '\n'.join(wrong))

    def test_a_name_never_stays_a_name(self):
        """A string could be joined by anybody, and guessed."""
        for name in ('helpdesk.lite.ticket_x', 'helpdesk.lite.ticket_1_2', 'helpdesk.lite.team_٣',
                     'helpdesk.lite.teams2', 'helpdesk.lite.ticket_999999999',
                     'helpdesk.lite.ticket_99999999999999999999', 'helpdesk.lite.team_-1'):
            with self.subTest(name=name):
                channels = self.join(self.agent, name)
                self.assertNotIn(name, channels)
                self.assertFalse(self.get_live(channels))
        self.assertIn('somebody_else', self.join(self.agent, 'somebody_else'))


@tagged('post_install', '-at_install')
class TestLiveLoss(LiveCommon):
    """Whoever loses the right is told nothing more, by a socket that stays open."""

    def check_loss(self, user, ticket, lose):
        channels = self.join(user, f'helpdesk.lite.ticket_{ticket.id}', 'helpdesk.lite.teams')
        ticket.message_post(body='Before', message_type='comment')
        self.assertEqual(self.get_ids(self.deliver(user, channels)), ticket.ids)
        lose()
        self.tell()
        # who may still read it joins anew, as clients do when a ticket moved
        other = self.join(self.manager, f'helpdesk.lite.ticket_{ticket.id}')
        ticket.message_post(body='After', message_type='comment')
        ticket.with_user(self.manager).tell_presence('writing')
        self.assertFalse(self.deliver(user, channels))
        self.assertFalse(self.get_live(
            self.join(user, f'helpdesk.lite.ticket_{ticket.id}')))
        self.assertEqual(len(self.deliver(self.manager, other)), 2, 'others go on')

    def test_unfollowed(self):
        ticket = self.make_ticket(self.team_private)
        self.follow(ticket, self.agent_ticket)
        self.check_loss(self.agent_ticket, ticket, lambda: ticket.message_unsubscribe(
            self.agent_ticket.partner_id.ids))

    def test_unfollowed_team(self):
        self.follow(self.team_private, self.agent_team)
        ticket = self.make_ticket(self.team_private)
        self.check_loss(self.agent_team, ticket, lambda: self.team_private.message_unsubscribe(
            self.agent_team.partner_id.ids))

    def test_team_becomes_private(self):
        ticket = self.make_ticket(self.team_company)
        self.check_loss(self.agent, ticket, lambda: self.team_company.write(
            {'privacy_visibility': 'invited_internal'}))

    def test_moved_to_a_private_team(self):
        ticket = self.make_ticket(self.team_company)
        self.check_loss(self.agent, ticket, lambda: ticket.write(
            {'team_id': self.team_private.id}))

    def test_group(self):
        ticket = self.make_ticket(self.team_company)
        group = self.env.ref('base.group_user')
        self.check_loss(self.agent, ticket, lambda: self.agent.write(
            {'group_ids': [Command.set(group.ids)]}))

    def test_company(self):
        ticket = self.make_ticket(self.team_company)
        self.agent.company_ids += self.other_company
        self.check_loss(self.agent, ticket, lambda: self.agent.write({
            'company_id': self.other_company.id,
            'company_ids': [Command.set(self.other_company.ids)]}))

    def test_rule(self):
        """Also by a rule that an administrator changes."""
        ticket = self.make_ticket(self.team_company)
        rule = self.env.ref('helpdesk_lite.helpdesk_lite_ticket_rule_user')
        self.check_loss(self.agent, ticket, lambda: rule.write(
            {'domain_force': "[('priority', '=', '3')]"}))

    def test_logged_out(self):
        ticket = self.make_ticket(self.team_company)
        channels = self.join(self.agent, 'helpdesk.lite.teams')
        ticket.priority = '2'
        self.assertTrue(self.deliver(self.agent, channels))
        self.assertFalse(self.deliver(self.stranger, channels))
        self.assertFalse(self.env['helpdesk.lite.ticket'].with_env(
            self.env(user=False))._find_live_ids(ticket.ids))

    def test_who_sees_one_ticket_hears_of_no_other(self):
        """One follower of one private ticket is on the team's channel, and learns of it alone."""
        seen, hidden = self.make_tickets(2, team=self.team_private)
        self.follow(seen, self.agent_ticket)
        channels = self.join(self.agent_ticket, 'helpdesk.lite.teams')
        self.assertIn(self.team_private, self.get_live(channels))
        self.tell()
        self.make_ticket(self.team_private)
        hidden.priority = '3'
        self.assertFalse(self.deliver(self.agent_ticket, channels))
        (seen + hidden).write({'priority': '1'})
        self.assertEqual(
            self.get_ids(self.deliver(self.agent_ticket, channels)), seen.ids)
        self.assertEqual(len(self.get_ids(self.deliver(self.manager, channels))), 3)


@tagged('post_install', '-at_install')
class TestLiveNews(LiveCommon):
    """What is told, and when."""

    def get_rows(self, user=None, team=None):
        channels = self.join(user or self.manager, f'helpdesk.lite.team_{(team or self.team).id}')
        messages = self.deliver(user or self.manager, channels)
        self.assertLessEqual(len(messages), 1, 'one row a transaction')
        return messages[0]['payload']['tickets'] if messages else []

    def test_new_changed_message(self):
        ticket = self.make_ticket()
        [row] = self.get_rows()
        self.assertEqual((row['id'], row['kinds']), (ticket.id, ['new']))
        self.tell()
        ticket.write({'stage_id': self.stage_progress.id, 'user_id': self.agent.id,
                      'priority': ticket.priority, 'color': 5})
        [row] = self.get_rows()
        self.assertIn('changed', row['kinds'])
        self.assertEqual(row['fields'], ['stage_id', 'user_id'])
        self.tell()
        ticket.message_post(body='Hello', message_type='comment')
        [row] = self.get_rows()
        self.assertEqual((row['kinds'], row['fields'], row['by']), (['message'], [], None))

    def test_nothing_to_tell(self):
        ticket = self.make_ticket()
        self.tell()
        ticket.write({'color': 3, 'priority': ticket.priority, 'stage_id': ticket.stage_id.id})
        self.assertFalse(self.get_rows())

    def test_a_move_is_told_to_both_teams(self):
        ticket = self.make_ticket()
        self.tell()
        ticket.team_id = self.team_company
        for team in (self.team, self.team_company):
            [row] = self.get_rows(team=team)
            self.assertIn('team_id', row['fields'])

    def test_no_text_travels(self):
        """Neither a subject nor a message nor a name of a customer is in any row."""
        ticket = self.make_ticket(name='Sesame opens', partner_id=self.customer.id)
        ticket.message_post(body='Sesame closes', message_type='comment')
        ticket.write({'name': 'Sesame again', 'description': '<p>Sesame seed</p>'})
        ticket.with_user(self.agent).tell_presence('writing')
        self.env.flush_all()
        self.env.cr.precommit.run()
        rows = self.env['bus.bus'].sudo().search([('id', '>', self.last)])
        ours = [row for row in rows if LIVE in row.channel]
        self.assertEqual(len(ours), 2)
        text = json.dumps([[row.channel, row.message] for row in ours])
        for word in ('Sesame', 'Carla', 'customer.example.org', ticket.ticket_ref):
            self.assertNotIn(word, text)
        presence, news = (json.loads(row.message)['payload'] for row in ours)
        self.assertEqual(news.keys() | news['tickets'][0].keys(), {
            'date', 'tickets', 'id', 'kinds', 'fields', 'by'})
        self.assertEqual(presence, {
            'ticket_id': ticket.id, 'user_id': self.agent.id, 'name': self.agent.name,
            'avatar': f'/web/image/res.users/{self.agent.id}/avatar_128', 'state': 'writing'})

    def test_many(self):
        """However many tickets: one row a team, and no more than 200 named."""
        tickets = self.make_tickets(120) + self.make_tickets(120)
        self.tell()
        self.env.user.has_group('base.group_user')  # warms the cache
        tickets._note_news('changed', ['priority'])
        with self.assertQueryCount(1):
            self.env.cr.precommit.run()
        rows = self.get_rows()
        self.assertEqual({row['id'] for row in rows}, set(tickets.ids[-200:]))

    def test_delivery_costs(self):
        """Five queries a delivery for whoever has a list open: Odoo's one, and the right."""
        ticket = self.make_ticket(self.team_company)
        channels = self.join(self.agent, 'helpdesk.lite.teams')
        self.tell()
        ticket.priority = '2'
        self.assertTrue(self.deliver(self.agent, channels))
        env = self.env(user=self.agent, context={'lang': None})
        env.user.has_group('base.group_user')  # warms the cache
        with self.assertQueryCount(5):
            env['bus.bus']._poll(channels, self.last)


@tagged('post_install', '-at_install')
class TestPresence(LiveCommon):
    """Who else is here."""

    def test_told_to_those_on_the_ticket(self):
        ticket, other = self.make_ticket(self.team_company), self.make_ticket(self.team_company)
        channels = self.join(self.manager, f'helpdesk.lite.ticket_{ticket.id}')
        elsewhere = self.join(self.manager, f'helpdesk.lite.ticket_{other.id}')
        self.tell()
        for state in ('opened', 'here', 'writing', 'left'):
            ticket.with_user(self.agent).tell_presence(state)
        told = [message['payload']['state'] for message in self.deliver(self.manager, channels)]
        self.assertEqual(told, ['opened', 'here', 'writing', 'left'])
        self.assertFalse(self.deliver(self.manager, elsewhere))

    def test_nothing_is_written(self):
        """No row but the bus's own, and no activity on the ticket."""
        ticket = self.make_ticket(self.team_company)
        self.tell()
        before = ticket.read(['write_date', 'last_activity_date', 'message_ids'])
        own = ticket.with_user(self.agent)
        own.tell_presence('opened')
        with self.assertQueryCount(2):  # the right, and where the bus stands
            own.tell_presence('here')
            self.env.flush_all()
        self.tell()
        self.assertEqual(ticket.read(['write_date', 'last_activity_date', 'message_ids']), before)

    def test_mark(self):
        """Where the bus stands is told to agents alone."""
        for user, told in ((self.agent, True), (self.employee, False), (self.portal, False),
                           (self.stranger, False)):
            mark = self.env['helpdesk.lite.ticket'].with_user(user).get_news_mark()
            self.assertEqual(mark, self.last if told else 0)

    def test_refused(self):
        private, public = self.make_ticket(self.team_private), self.make_ticket(self.team)
        self.follow(public, self.portal)
        for ticket, user in ((private, self.agent), (private, self.other_manager),
                             (public, self.portal), (public, self.employee)):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                ticket.with_user(user).tell_presence('here')
        with self.assertRaises(UserError):
            public.with_user(self.agent).tell_presence('<b>here</b>')
