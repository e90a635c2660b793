from freezegun import freeze_time
from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .sla_common import SlaCommon, at

HIDDEN = {'team_ids', 'tag_ids', 'partner_ids', 'sentence', 'reached_share', 'settled_count'}


@tagged('post_install', '-at_install')
class TestSlaScreens(SlaCommon):
    """What people see of promises: shares, ledgers, filters, cards and where their links lead."""

    def make_answered(self, *hours):
        """Tickets of Monday at eight that were answered at these hours, None for never."""
        tickets = self.env['helpdesk.lite.ticket']
        for hour in hours:
            ticket = self.make_at(at(0, 8))
            if hour:
                self.answer(ticket, at(0, hour))
            tickets += ticket
        return tickets

    # ------------------------------------------------------------------
    # Policies
    # ------------------------------------------------------------------

    def test_share_reached(self):
        """Of the clocks that are settled now; what is running, or cancelled, doesn't count."""
        policy = self.make_policy('first_response', 4).with_user(self.manager)
        unused = self.make_policy('closed', 4, priority='3').with_user(self.manager)
        self.make_answered(9, 10, 15, None)
        for moment, share, count in ((at(0, 11), 2 / 2, 2), (at(0, 16), 2 / 4, 4)):
            with self.subTest(moment=moment), freeze_time(moment):
                self.env.invalidate_all()
                # the answer of 15 o'clock stands already: its clock failed at 13 o'clock
                expected = (2 / 3, 3) if moment == at(0, 11) else (share, count)
                self.assertEqual((policy.reached_share, policy.settled_count), expected)
        self.assertEqual((unused.reached_share, unused.settled_count), (0, 0))

    def test_share_in_one_query(self):
        policies = self.env['helpdesk.lite.sla']
        for number in range(30):
            policies |= self.make_policy('closed', number + 1)
        policies = policies.with_user(self.manager)
        policies.mapped('reached_share')
        self.env.invalidate_all()
        with self.assert_queries(2, self.env):  # and the ids' own
            policies.mapped('reached_share')

    def test_who_reads_what_of_a_policy(self):
        """Agents see what is promised, not to whom, nor how often it was kept."""
        policy = self.make_policy('closed', 8)
        Sla = self.env['helpdesk.lite.sla']
        for kind in ('form', 'list', 'kanban', 'search'):
            for user, sees in ((self.manager, True), (self.agent, False)):
                with self.subTest(view=kind, user=user.login):
                    arch = etree.fromstring(Sla.with_user(user).get_view(
                        self.env.ref(f'helpdesk_lite.helpdesk_lite_sla_view_{kind}').id,
                        kind)['arch'])
                    found = {node.get('name') for node in arch.iter('field')} & HIDDEN
                    self.assertEqual(bool(found), sees)
        with self.assertRaises(AccessError):
            policy.with_user(self.agent).read(['reached_share'])
        with self.assertRaises(AccessError):
            policy.with_user(self.agent).action_apply_to_open_tickets()

    def test_pauses_in_the_sentence(self):
        """What is hidden for answers is not said of them, either, before it is saved."""
        policy = self.env['helpdesk.lite.sla'].new({
            'target': 'closed', 'time': 1, 'pause_waiting': True})
        self.assertIn('paused', policy.sentence)
        policy.target = 'first_response'
        self.assertNotIn('paused', policy.sentence)

    def test_first_policies(self):
        """One click makes two, another none."""
        company = self.env['res.company'].create({'name': 'Fresh'})
        self.manager.company_ids += company
        self.manager.group_ids += self.env.ref('base.group_system')
        settings = self.env['res.config.settings'].with_user(self.manager).with_company(
            company).create({})
        self.assertFalse(settings.helpdesk_lite_has_sla)
        for _click in range(2):
            action = settings.action_make_first_sla_policies()
            policies = self.env['helpdesk.lite.sla'].search([('company_id', '=', company.id)])
            self.assertRecordValues(policies, [
                {'target': 'first_response', 'time': 4, 'pause_waiting': False},
                {'target': 'closed', 'time': 24, 'pause_waiting': True}])
        self.assertEqual(action['res_model'], 'helpdesk.lite.sla')
        self.assertEqual(
            policies[1].exclude_stage_ids, self.env.ref('helpdesk_lite.stage_cancelled'))
        settings.invalidate_recordset()
        self.assertTrue(settings.helpdesk_lite_has_sla)

    def test_new_teams_promise(self):
        """A new team promises, unless the settings say that it doesn't."""
        Team = self.env['helpdesk.lite.team'].with_user(self.manager)
        for use in (True, False):
            self.env['res.config.settings'].create({'default_use_sla': use}).set_values()
            self.assertEqual(Team.create({'name': f'Team {use}'}).use_sla, use)

    def test_policies_of_a_team(self):
        every, own = self.make_policy(), self.make_policy(team_ids=self.team.ids)
        self.make_policy(team_ids=self.team_private.ids)
        action = self.team.with_user(self.manager).action_view_sla_policies()
        self.assertEqual(self.env['helpdesk.lite.sla'].search(action['domain']), every + own)

    # ------------------------------------------------------------------
    # Why this deadline?
    # ------------------------------------------------------------------

    def test_ledger_adds_up(self):
        """Each row of each state; what the time alone did is there, though nothing is stored."""
        self.make_policy('closed', 8, pause_waiting=True)
        ticket = self.make_at(at(0, 9))
        self.answer(ticket, at(0, 11))
        self.say(ticket, at(0, 14))
        for moment, state, last, minutes, left in (
            (at(0, 16, 30), 'ongoing', 'Until now', [0, 120, 0, 150], 210),
            (at(1, 11), 'ongoing', 'Until now', [0, 120, 0, 360], 0),
            (at(2, 11), 'failed', 'Failed', [0, 120, 0, 360], 0),
        ):
            with self.subTest(moment=moment), freeze_time(moment):
                promise, = ticket.with_user(self.agent).get_sla_ledger()
                self.assertEqual(
                    (promise['state'], promise['rows'][-1]['what'], promise['left']),
                    (state, last, left))
                self.assertEqual([row['minutes'] for row in promise['rows']], minutes)
                self.assertEqual(promise['total'], sum(minutes))
                self.assertEqual(promise['time'], 480)
        self.assertEqual(
            [row['why'] for row in promise['rows']],
            ['The ticket came in.', "It is the customer's turn.", "It is the desk's turn again.",
             'The deadline passed.'])
        self.assertEqual(len(ticket.sla_status_ids.event_ids), 3, 'reading stores nothing')

    def test_ledger_of_a_hidden_ticket(self):
        self.make_policy('closed', 8)
        ticket = self.make_at(at(0, 9), team_id=self.team_private.id)
        for user in (self.agent, self.agent_ticket):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                ticket.with_user(user).get_sla_ledger()
        self.follow(ticket, self.agent_ticket)
        self.assertEqual(len(ticket.with_user(self.agent_ticket).get_sla_ledger()), 1)

    # ------------------------------------------------------------------
    # Filters
    # ------------------------------------------------------------------

    def find(self, *filters, tz='UTC'):
        """Names of tickets that filters of the search view find."""
        Ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent).with_context(tz=tz)
        domains = {
            node.get('name'): node.get('domain')
            for node in Ticket._get_view(view_type='search')[0].iter('filter')}
        domain = [('team_id', '=', self.team.id)]
        for name in filters:
            domain += safe_eval(domains[name], {'uid': Ticket.env.uid})
        return sorted(Ticket.search(domain).mapped('name'))

    def test_filters(self):
        self.make_policy('closed', 8, tag_ids=[Command.create({'name': 'eight'})])
        self.make_policy('closed', 4)
        for name, moment, vals in (
            ('late', at(0, 8), {}), ('due soon', at(1, 8), {}), ('due today', at(1, 10), {}),
            ('tomorrow', at(1, 15), {}), ('kept', at(0, 8), {}), ('broken', at(0, 8), {}),
        ):
            self.make_at(moment, name=name, **vals)
        named = {ticket.name: ticket for ticket in self.team.ticket_ids}
        self.write_at(named['kept'], at(0, 9), stage_id=self.stage_solved.id)
        self.write_at(named['broken'], at(0, 16), stage_id=self.stage_solved.id)
        for name, expected in (
            ('filter_sla_late', ['late']),
            ('filter_sla_failed', ['broken', 'late']),
            ('filter_sla_reached', ['kept']),
            ('filter_due_in_2_hours', ['due soon']),
            ('filter_due_today', ['due soon', 'due today']),
        ):
            with self.subTest(filter=name), freeze_time(at(1, 11)):
                self.assertEqual(self.find(name), expected)

    def test_today_is_that_of_the_user(self):
        """Half past two in the night in Seoul is the evening before in UTC."""
        self.make_policy('closed', 1, calendar='always')
        self.make_at(at(0, 17, 30), name='half past two')
        for tz, expected in (('UTC', ['half past two']), ('Asia/Seoul', [])):
            with self.subTest(tz=tz), freeze_time(at(0, 14, 30)):
                self.assertEqual(self.find('filter_due_today', tz=tz), expected)

    # ------------------------------------------------------------------
    # In order of deadline
    # ------------------------------------------------------------------

    def test_order_of_deadline(self):
        """All tickets and those of a team, the earliest first and those without one last."""
        self.make_policy('closed', 4, team_ids=self.team.ids)
        for name, moment in (('b', at(0, 9)), ('c', at(0, 10)), ('a', at(0, 8))):
            self.make_at(moment, name=name)
        paused = self.make_at(at(0, 8), name='d')
        self.write_at(paused, at(0, 8), active=False)
        other = self.make_policy('closed', 1, calendar='always')
        other.active = False
        without = self.make_ticket(name='e')
        self.env.cr.execute(
            'UPDATE helpdesk_lite_ticket SET sla_deadline = NULL WHERE id = %s', [without.id])
        Ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent)
        team = self.team.with_user(self.agent)
        actions = [
            team.action_view_tickets_by_deadline(),
            self.env['ir.actions.act_window']._for_xml_id(
                'helpdesk_lite.helpdesk_lite_ticket_action_deadline')]
        for action in actions:
            for view_id, kind in action['views']:
                if kind == 'form':
                    continue
                with self.subTest(action=action['name'], view=kind):
                    order = etree.fromstring(
                        Ticket.get_view(view_id, kind)['arch']).get('default_order')
                    self.assertEqual(
                        Ticket.search([('team_id', '=', team.id)], order=order).mapped('name'),
                        ['a', 'b', 'c', 'e'])

    # ------------------------------------------------------------------
    # Dashboard
    # ------------------------------------------------------------------

    def look_at(self, moment, team=None, user=None):
        """What a team's card says at a moment, and how many rows its links find."""
        self.env.flush_all()
        self.env.invalidate_all()
        team = (team or self.team).with_user(user or self.agent)
        with freeze_time(moment):
            share = round(team.sla_reached_share * 100)
            return team.sla_failed_count, team.sla_settled_count, share

    def test_card(self):
        self.make_policy('first_response', 4)
        self.make_answered(9, 10, 15, None)
        for moment, expected in (
            (at(0, 12), (0, 3, 67)),     # the late answer failed its promise already
            (at(0, 14), (1, 4, 50)),     # nobody answered
            (at(7, 8), (1, 4, 50)),
            (at(7, 9, 30), (1, 3, 33)),  # that of nine o'clock is longer ago
            (at(8), (1, 0, 0)),          # late it is still
        ):
            with self.subTest(moment=moment):
                self.assertEqual(self.look_at(moment), expected)
        team = self.team.with_user(self.agent)
        Status = self.env['helpdesk.lite.sla.status'].with_user(self.agent)
        recent = next(
            node.get('domain') for node in Status._get_view(view_type='search')[0].iter('filter')
            if node.get('name') == 'filter_settled_last_7_days')
        for moment in (at(0, 14), at(7, 9, 30), at(8)):
            late, settled, _share = self.look_at(moment)
            with self.subTest(moment=moment), freeze_time(moment):
                self.assertEqual(len(self.find('filter_sla_late')), late)
                action = team.action_view_recent_deadlines()
                self.assertIn('search_default_filter_settled_last_7_days', action['context'])
                self.assertEqual(
                    Status.search_count(action['domain'] + safe_eval(recent)), settled)

    def test_card_leaves_out(self):
        """Archived tickets and cancelled clocks count nowhere, other teams' not here."""
        self.make_policy('closed', 1)
        archived, cancelled = self.make_at(at(0, 8)), self.make_at(at(0, 8))
        self.make_at(at(0, 8), team_id=self.team_private.id)
        self.write_at(archived, at(0, 8, 30), active=False)
        self.write_at(cancelled, at(0, 8, 30), team_id=self.make_team(
            name='Promises nothing', use_sla=False).id)
        self.assertEqual(self.look_at(at(0, 12)), (0, 0, 0))
        self.assertEqual(self.look_at(at(0, 12), self.team_private, self.manager), (1, 1, 0))
