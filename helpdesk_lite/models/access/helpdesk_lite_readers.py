from collections import namedtuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# The rules that this code tells in words. Where an administrator added others, each user is asked.
KNOWN_RULES = frozenset((
    "[('company_id', 'in', company_ids)]", "[('visible_to_user', '=', True)]", "[(1, '=', 1)]"))

# `people`: {partner id: name}; `reads`: whether they open it in Odoo by their own right
Section = namedtuple('Section', 'key title people reads')


class HelpdeskLiteReaders(models.AbstractModel):
    """Who can see a ticket or team, and by which rule: one list, for whoever sees it themselves.

    The rules are asked for all users at once. Each person stands under the first one that lets
    them in. A test compares the list with what the rules let each user do.
    """

    _name = 'helpdesk.lite.readers'
    _description = 'Who Can See This?'

    readers_html = fields.Html(
        'Who Can See This?', compute='_compute_readers_html', sanitize=False, exportable=False)

    @api.depends_context('uid', 'lang')
    def _compute_readers_html(self):
        for record in self:
            record.readers_html = record._origin and self.env['ir.qweb']._render(
                'helpdesk_lite.readers', record._origin._get_readers_values())

    @api.readonly
    def action_view_readers(self):
        """Open the list of everybody who can see the record.

        :raise AccessError: for whoever can't see it themselves
        """
        self.ensure_one()
        self.check_access('read')
        view = self.env.ref(f'helpdesk_lite.{self._table}_view_form_readers')
        return {
            'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': self.id,
            'views': [(view.id, 'form')], 'target': 'new',
            'name': self.env._('Who can see "%s"?', self.display_name),
        }

    def _get_readers_values(self):
        """What the list shows: each person once, with how they hear of it."""
        self.check_access('read')
        told = self._get_told()
        sections, shown = [], set()
        for section in self._get_readers():
            people = {pid: name for pid, name in section.people.items() if pid not in shown}
            shown |= people.keys()
            if people:
                sections.append({
                    'title': section.title, 'count': len(people),
                    'people': self._get_names(people, told)})
        return {'sections': sections, 'notes': self._get_readers_notes()}

    def _get_names(self, people, told):
        """The people of a section in order of their names; of contacts that one may see.

        :return: ``[(name, 'email', 'inbox' or None)]``
        """
        seen = set(self.env['res.partner'].with_context(active_test=False).search(
            [('id', 'in', list(people))]).ids)
        hidden = self.env._('A contact that you may not see')
        rows = [(name if pid in seen else hidden, told.get(pid)) for pid, name in people.items()]
        return sorted(rows, key=lambda row: (row[0].casefold(), row[1] or ''))

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _get_readers(self):
        """Hook: tell who can see the record, by which rule: a list of `Section`.

        Who stands in several counts in the first.
        """
        self.ensure_one()
        sections = self._get_standard_readers()
        if self._has_other_rules():
            sections = self._ask_each_user(sections)
        return sections

    def _get_standard_readers(self):
        """Hook: tell who can see the record by the rules that come with Helpdesk."""
        managers = self._find_helpdesk_users('manager')
        return [Section('manager', self.env._(
            'Administrators of Helpdesk, who see everything of their companies'), managers, True)]

    def _get_told(self):
        """Hook: tell who is told of an answer: ``{partner id: 'email' or 'inbox'}``."""
        return {}

    def _get_readers_notes(self):
        """Hook: sentences below the list, on what no list of people tells."""
        return []

    # ------------------------------------------------------------------
    # People
    # ------------------------------------------------------------------

    def _find_helpdesk_users(self, right='user', partners=None):
        """Users with a right for Helpdesk in the record's company: ``{partner id: name}``.

        :param str right: ``user`` or ``manager``
        :param SQL partners: a SELECT of the ids of those that count, else all
        """
        return self._find_people(
            self.env['res.users']._get_helpdesk_lite_domain(right), partners)

    def _find_people(self, domain, partners=None):
        """The users within a domain who may work in the record's company: see above."""
        company = self.sudo().company_id  # sudo: res.company - an id
        # sudo: res.users - names of colleagues, for whoever sees the record; see `_get_names`
        query = self.env['res.users'].sudo().with_context(active_test=False)._search(
            domain & Domain('company_ids', 'in', company.id))
        wanted = SQL('AND users.partner_id IN (%s)', partners) if partners else SQL()
        return dict(self.env.execute_query(SQL(
            """SELECT partner.id, coalesce(partner.complete_name, partner.name, users.login)
                 FROM res_users users JOIN res_partner partner ON partner.id = users.partner_id
                WHERE users.id IN %s %s""", query.subselect(), wanted)))

    def _select_followers(self):
        """A SELECT of the partners who follow the record."""
        self.env['mail.followers'].flush_model(['res_model', 'res_id', 'partner_id'])
        return SQL('SELECT partner_id FROM mail_followers WHERE res_model = %s AND res_id = %s',
                   self._name, self.id)

    # ------------------------------------------------------------------
    # Rules of others
    # ------------------------------------------------------------------

    def _has_other_rules(self):
        """Whether rights or rules decide that didn't come with Helpdesk, or were changed."""
        domain = [('model_id.model', '=', self._name), ('perm_read', '=', True)]
        # sudo: ir.rule - which ones there are, for what is said of them
        rules = self.env['ir.rule'].sudo().search_fetch(domain, ['domain_force'])
        # sudo: ir.model.access - as above
        rights = self.env['ir.model.access'].sudo().search(domain)
        names = [*rules.get_external_id().values(), *rights.get_external_id().values()]
        return not all(name.startswith('helpdesk_lite') for name in names) or any(
            (rule.domain_force or '').strip() not in KNOWN_RULES for rule in rules)

    def _ask_each_user(self, sections):
        """Keep those of the sections whom the rules let in, and add whom others do.

        The rules may say anything, so each user is asked: slow, and only where it has to be.
        """
        # sudo: res.users - who there is; see `_get_names`
        users = self.env['res.users'].sudo().search([('active', '=', True)])
        names = {user.partner_id.id: user.partner_id.name for user in users
                 if self.with_user(user).has_access('read')}
        kept = [section._replace(people={
            pid: name for pid, name in section.people.items() if pid in names or not section.reads})
            for section in sections]
        return [*kept, Section(
            'rule', self.env._('Let in by other access rules of this database'), names, True)]
