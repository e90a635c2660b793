from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import USER, VISIBILITIES
from .test_access_matrix import MatrixCommon

ROLES = (
    'stranger', 'portal', 'portal_stranger', 'employee', 'agent', 'agent_ticket', 'assignee',
    'agent_team', 'manager', 'other_agent', 'other_manager')
# Under which rule each of the matrix's users stands on the ticket that they follow
RULES = {
    'invited_internal': {'agent_ticket': 'follower', 'assignee': 'follower', 'agent_team': 'team',
                         'manager': 'manager'},
    'internal': {'agent': 'team', 'agent_ticket': 'team', 'assignee': 'team', 'agent_team': 'team',
                 'manager': 'manager'},
    'portal': {'agent': 'team', 'agent_ticket': 'team', 'assignee': 'team', 'agent_team': 'team',
               'manager': 'manager', 'portal': 'customer'},
}


@tagged('post_install', '-at_install')
class TestReaders(MatrixCommon):
    """The list of who can see a ticket or team says what the rules do, for every user."""

    def get_rules(self, record):
        """``{partner id: the rule that lets them in}``, without those who are only mailed."""
        rules = {}
        for section in record._get_readers():
            for partner_id in section.people if section.reads else ():
                rules.setdefault(partner_id, section.key)
        return rules

    def check_list(self, record):
        """Compare the list with the right of each user that there is."""
        rules = self.get_rules(record.with_user(self.manager))
        users = self.env['res.users'].search([]) | self.stranger
        self.assertGreaterEqual(users, self.agent + self.portal + self.other_manager)
        wrong = [
            user.login for user in users
            if record.with_user(user).has_access('read') != (user.partner_id.id in rules)]
        self.assertFalse(wrong, record.display_name)
        self.assertLessEqual(rules.keys(), set(users.partner_id.ids))
        return rules

    def test_matrix(self):
        """Each cell of the access matrix: listed are those who may read, and nobody else."""
        names = {getattr(self, role).partner_id.id: role for role in ROLES}
        for visibility in VISIBILITIES:
            for ticket in (self.followed[visibility], self.siblings[visibility]):
                with self.subTest(visibility=visibility, ticket=ticket.name):
                    rules = self.check_list(ticket)
                    found = {names[pid]: key for pid, key in rules.items() if pid in names}
                    if ticket == self.followed[visibility]:
                        self.assertEqual(found, RULES[visibility])
            with self.subTest(visibility=visibility, team=True):
                self.check_list(self.teams[visibility])

    def test_another_company(self):
        """Who works in several companies is listed where they do."""
        self.other_agent.company_ids = [Command.link(self.company.id)]
        for visibility in VISIBILITIES:
            self.check_list(self.followed[visibility])

    def test_other_rules(self):
        """Rules that an administrator added decide, too: narrower and wider ones."""
        Rule = self.env['ir.rule']
        model_id = self.env['ir.model']._get_id('helpdesk.lite.ticket')
        for values in (
                {'domain_force': "[('name', '!=', 'Sibling')]"},
                {'domain_force': "[(1, '=', 1)]", 'groups': [
                    Command.link(self.env.ref('base.group_portal').id)]}):
            rule = Rule.create({'name': 'Own', 'model_id': model_id, **values})
            self.env.flush_all()
            for ticket in (self.followed['portal'], self.siblings['portal']):
                with self.subTest(values=values, ticket=ticket.name):
                    rules = self.get_rules(ticket)
                    for role in ROLES:
                        user = getattr(self, role)
                        self.assertEqual(
                            user.partner_id.id in rules,
                            ticket.with_user(user).has_access('read'), role)
            rule.unlink()

    def test_who_may_ask(self):
        """Whoever sees the ticket, and nobody else; customers see no list."""
        ticket = self.followed['invited_internal']
        text = ticket.with_user(self.agent_ticket).readers_html
        self.assertIn('Helpdesk agent_team', text)
        self.assertNotIn('Helpdesk agent<', text.replace(' ', ''))
        action = ticket.with_user(self.agent_ticket).action_view_readers()
        self.assertEqual((action['res_model'], action['res_id'], action['target']),
                         (ticket._name, ticket.id, 'new'))
        for user in (self.agent, self.other_manager, self.employee, self.portal):
            with self.assertRaises(AccessError):
                ticket.with_user(user).action_view_readers()
            with self.assertRaises(AccessError):
                ticket.with_user(user).read(['readers_html'])
        with self.assertRaises(AccessError):
            self.followed['portal'].with_user(self.portal).read(['readers_html'])
        with self.assertRaises(AccessError):
            self.team_private.with_user(self.agent).action_view_readers()

    def test_who_is_mailed(self):
        """Marked are those whom the mailing chooses; who only gets mails stands apart."""
        ticket = self.followed['portal']
        self.follow(ticket, self.customer)
        self.agent_team.notification_type = 'email'
        self.env.flush_all()
        values = ticket.with_user(self.agent)._get_readers_values()
        told = {name: how for section in values['sections'] for name, how in section['people']}
        self.assertEqual(told['Helpdesk agent_team'], 'email')
        self.assertEqual(told['Helpdesk assignee'], 'inbox')
        self.assertEqual(told['Helpdesk portal'], 'email')
        self.assertEqual(told['Carla Customer'], 'email')
        self.assertIsNone(told['Helpdesk agent'])
        self.assertNotIn(self.customer.id, self.get_rules(ticket))
        message = ticket.message_post(
            body='An answer', message_type='comment', subtype_xmlid='mail.mt_comment')
        self.assertEqual(
            {name for name, how in told.items() if how},
            set(message.notification_ids.res_partner_id.mapped('complete_name')))

    def test_many(self):
        """As many queries for a thousand users as for ten."""
        ticket = self.followed['internal']

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            ticket.with_user(self.agent).read(['readers_html'])
            return self.env.cr.sql_log_count - start

        count()
        few = count()
        group = self.env.ref(USER)
        partners = self.env['res.partner'].create([{'name': f'User {n}'} for n in range(300)])
        self.env['res.users'].with_context(no_reset_password=True).create([{
            'login': f'many_{partner.id}', 'partner_id': partner.id, 'company_id': self.company.id,
            'company_ids': [Command.link(self.company.id)], 'group_ids': [Command.link(group.id)],
        } for partner in partners])
        count()  # what Odoo keeps of groups is forgotten with each new user
        self.assertLessEqual(count(), few)
        self.assertIn('User 299', ticket.with_user(self.agent).readers_html)
