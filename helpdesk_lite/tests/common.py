from odoo.fields import Command
from odoo.tests import HttpCase, TransactionCase

from odoo.addons.mail.tests.common import MailCase

USER = 'helpdesk_lite.group_helpdesk_lite_user'
MANAGER = 'helpdesk_lite.group_helpdesk_lite_manager'
VISIBILITIES = ('invited_internal', 'internal', 'portal')

# Making users and teams is no event that anybody is told of.
QUIET = {
    'mail_create_nolog': True, 'mail_create_nosubscribe': True, 'mail_notrack': True,
    'no_reset_password': True, 'tracking_disable': True,
}


class HelpdeskLiteCommon(TransactionCase):
    """The cast of the tests: companies, stages, a team of each visibility, a user of each role.

    Nothing depends on demo data, and all of it belongs to companies of its own, so that records
    that a database has already are never counted.

    ==================  =========================================================  =============
    user                who they are                                               company
    ==================  =========================================================  =============
    ``manager``         Helpdesk Administrator, and nothing else                   ``company``
    ``agent``           Helpdesk User; follows nothing                             ``company``
    ``agent_team``      Helpdesk User; follows each team once `follow` was called  ``company``
    ``agent_ticket``    Helpdesk User; to be made follower of single tickets       ``company``
    ``assignee``        Helpdesk User; to be assigned                              ``company``
    ``employee``        internal user without a right for Helpdesk                 ``company``
    ``portal``          portal user; the customer of tickets                       ``company``
    ``portal_stranger`` portal user; follows nothing                               ``company``
    ``stranger``        the public user                                            main company
    ``other_agent``     Helpdesk User                                              ``other_company``
    ``other_manager``   Helpdesk Administrator                                     ``other_company``
    ==================  =========================================================  =============

    ``customer`` is a contact without user. ``teams`` holds a team per visibility, also as
    ``team_private``, ``team_company`` and ``team`` (public); ``other_team`` is public, too, and of
    ``other_company``. Their stages ``stage_new``, ``stage_progress`` and ``stage_solved`` (folded)
    are the tests' own and have no templates.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env(context={**cls.env.context, **QUIET})
        cls._make_companies(env)
        cls._make_stages(env)
        cls._make_users(env)
        cls._make_teams()
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _make_companies(cls, env):
        cls.alias_domain = env['mail.alias.domain'].create({
            'name': 'helpdesk.example.com', 'bounce_alias': 'bounce', 'catchall_alias': 'catchall',
            'default_from': 'notifications',
        })
        cls.company, cls.other_company = cls.env['res.company'].browse(env['res.company'].create([
            {'name': name, 'alias_domain_id': cls.alias_domain.id, 'email': email}
            for name, email in (
                ('Helpdesk Company', 'company@helpdesk.example.com'),
                ('Other Helpdesk Company', 'other@helpdesk.example.com'))
        ]).ids)
        for company in cls.company + cls.other_company:
            company.resource_calendar_id.tz = 'UTC'

    @classmethod
    def _make_stages(cls, env):
        cls.stages = cls.env['helpdesk.lite.stage'].browse(env['helpdesk.lite.stage'].create([
            {'name': 'Test New', 'sequence': 1, 'team_ids': False},
            {'name': 'Test Progress', 'sequence': 2, 'team_ids': False},
            {'name': 'Test Solved', 'sequence': 3, 'fold': True, 'team_ids': False},
        ]).ids)
        cls.stage_new, cls.stage_progress, cls.stage_solved = cls.stages

    @classmethod
    def _make_users(cls, env):
        cast = {
            'manager': (MANAGER, cls.company),
            'agent': (USER, cls.company),
            'agent_team': (USER, cls.company),
            'agent_ticket': (USER, cls.company),
            'assignee': (USER, cls.company),
            'employee': ('base.group_user', cls.company),
            'portal': ('base.group_portal', cls.company),
            'portal_stranger': ('base.group_portal', cls.company),
            'other_agent': (USER, cls.other_company),
            'other_manager': (MANAGER, cls.other_company),
        }
        users = env['res.users'].create([
            cls._get_user_vals(name, groups, company) for name, (groups, company) in cast.items()])
        for name, user in zip(cast, users.with_env(cls.env), strict=True):
            setattr(cls, name, user)
        cls.stranger = cls.env.ref('base.public_user')
        cls.customer = cls.env['res.partner'].browse(env['res.partner'].create({
            'name': 'Carla Customer', 'email': 'Carla@Customer.example.org',
            'phone': '+32 470 12 34 56'}).id)

    @classmethod
    def _make_teams(cls):
        cls.teams = {
            visibility: cls.make_team(
                name=f'Team {visibility}', privacy_visibility=visibility,
                alias_name=f'team-{visibility.replace("_", "-")}')
            for visibility in VISIBILITIES
        }
        cls.team_private, cls.team_company, cls.team = cls.teams.values()
        cls.other_team = cls.make_team(
            name='Team of the other company', company_id=cls.other_company.id)

    # ------------------------------------------------------------------
    # Makers
    # ------------------------------------------------------------------

    @classmethod
    def _get_user_vals(cls, name, groups, company, **values):
        login = f'hdl_{name}'
        return {
            'name': f'Helpdesk {name}', 'login': login, 'password': login,
            'email': f'{name}@staff.example.com', 'company_id': company.id,
            'company_ids': [Command.link(company.id)],
            'group_ids': [Command.set([cls.env.ref(group).id for group in groups.split(',')])],
            **({'notification_type': 'inbox'} if 'portal' not in groups else {}), **values,
        }

    @classmethod
    def make_user(cls, name, groups=USER, company=None, **values):
        """A user whose login is ``hdl_<name>`` and whose password is the same.

        Their notifications stay in Odoo's inbox unless `values` say otherwise, portal users get
        mails.
        """
        return cls.env['res.users'].with_context(**QUIET).create(cls._get_user_vals(
            name, groups, company or cls.company, **values)).with_env(cls.env)

    @classmethod
    def make_team(cls, **values):
        """A public team of `company` without address, with the tests' own three stages.

        Answers don't assign its tickets: most tests ask for something else.
        """
        team = cls.env['helpdesk.lite.team'].with_context(**QUIET).create({
            'name': 'A team', 'company_id': cls.company.id, 'stage_ids': cls.stages.ids,
            'privacy_visibility': 'portal', 'answer_assigns': False, **values})
        team.message_unsubscribe(team.message_partner_ids.ids)
        return team.with_env(cls.env)

    @classmethod
    def make_ticket(cls, team=None, **values):
        """A ticket of `team` (the public one by default), made by the superuser."""
        return cls.env['helpdesk.lite.ticket'].create({
            'name': 'A ticket', 'team_id': (team or cls.team).id, **values})

    @classmethod
    def make_tickets(cls, count, team=None, **values):
        """Several tickets, made in one call."""
        return cls.env['helpdesk.lite.ticket'].create([
            {'name': f'Ticket {index}', 'team_id': (team or cls.team).id, **values}
            for index in range(count)])

    @classmethod
    def follow(cls, records, users):
        """Make users (or partners) followers of tickets or teams."""
        partners = users.partner_id if users._name == 'res.users' else users
        for record in records:
            record.message_subscribe(partners.ids)

    def is_follower(self, records, user_or_partner):
        """Whether somebody follows each of the records, as the database has it."""
        self.env.flush_all()
        partner = (user_or_partner.partner_id if user_or_partner._name == 'res.users'
                   else user_or_partner)
        return self.env['mail.followers'].search_count([
            ('res_model', '=', records._name), ('res_id', 'in', records.ids),
            ('partner_id', '=', partner.id)]) == len(records)

    def assert_queries(self, limit, env):
        """A context within which at most `limit` queries may run, cache and budget cold."""
        env.flush_all()
        env.invalidate_all()
        return QueryLimit(self, limit, env)


class QueryLimit:
    """Counts the queries of a block and of what it leaves to be flushed.

    Unlike ``assertQueryCount`` it doesn't complain of fewer queries than the budget: other
    addons may add or save some.
    """

    def __init__(self, test, limit, env):
        self.test, self.limit, self.env = test, limit, env

    def __enter__(self):
        self.start = self.env.cr.sql_log_count
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        if exc_type:
            return
        self.env.flush_all()
        self.count = self.env.cr.sql_log_count - self.start
        self.test.assertLessEqual(self.count, self.limit, 'too many queries')


class HelpdeskLiteMailCommon(HelpdeskLiteCommon, MailCase):
    """The same with Odoo's mocks of mail: nothing is sent, everything can be looked at."""

    def sent_to(self, address):
        """The mails that left for an address within ``mock_mail_gateway``: a list of dicts."""
        return [
            mail for mail in self._mails
            if any(address.lower() in to.lower() for to in mail['email_to'])]


class HelpdeskLiteHttpCommon(HelpdeskLiteCommon, HttpCase):
    """The same with a server to send requests to."""
