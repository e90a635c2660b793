import heapq
from collections import namedtuple
from datetime import datetime

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...tools.working_time import find_available

# Who can be chosen; absences are those of "out of office", `[(start, end)]` in UTC
Member = namedtuple('Member', 'id name tz absences partner_id')

# Who was chosen, or False, and the explanation for the ticket's log
Choice = namedtuple('Choice', 'user_id note')

# So many names of absent members are said in a log; the others are counted
NAMES_IN_NOTE = 10


class HelpdeskLiteTeam(models.Model):
    """Automatic assignment: who can be chosen, and who is.

    The decision is one pass for all tickets of a call: who is assignable (one statement), their
    working time (`_get_workers`), who is available (`find_available`), and then, under the team's
    lock, whose turn it is (`helpdesk.lite.team.turn`).
    """

    _inherit = 'helpdesk.lite.team'

    member_warning = fields.Char(compute='_compute_member_warning')

    # ------------------------------------------------------------------
    # Who can be chosen
    # ------------------------------------------------------------------

    def _select_assignable_members(self):
        """A SELECT of the teams' members who can be assigned, in rows of ``(team_id, id, name, tz,
        out_of_office_from, out_of_office_to, partner_id)``.

        They are the active users with a right for Helpdesk in the team's company who may see the
        team. Where a team lists no member they all are.
        """
        self.env['res.users'].flush_model(['out_of_office_from', 'out_of_office_to'])
        self.env['res.partner'].flush_model(['name', 'tz'])
        self.env['mail.followers'].flush_model(['res_model', 'res_id', 'partner_id'])
        self.flush_model(['member_ids', 'company_id', 'privacy_visibility'])
        # sudo: res.users - who can be chosen doesn't depend on who creates the ticket
        Users = self.env['res.users'].sudo()
        return SQL(
            """SELECT team.id AS team_id, agent.id, partner.name, partner.tz,
                      agent.out_of_office_from, agent.out_of_office_to, agent.partner_id
                 FROM helpdesk_lite_team team
                 JOIN res_company_users_rel company ON company.cid = team.company_id
                 JOIN res_users agent ON agent.id = company.user_id
                 JOIN res_partner partner ON partner.id = agent.partner_id
                WHERE team.id = ANY(%(teams)s)
                  AND agent.id IN %(agents)s
                  AND (EXISTS (SELECT 1 FROM helpdesk_lite_team_member_rel member
                                WHERE member.team_id = team.id AND member.user_id = agent.id)
                       OR NOT EXISTS (SELECT 1 FROM helpdesk_lite_team_member_rel member
                                       WHERE member.team_id = team.id))
                  AND (team.privacy_visibility != 'invited_internal'
                       OR agent.id IN %(managers)s
                       OR EXISTS (SELECT 1 FROM mail_followers follower
                                   WHERE follower.res_model = 'helpdesk.lite.team'
                                     AND follower.res_id = team.id
                                     AND follower.partner_id = agent.partner_id))
                ORDER BY agent.id""",
            teams=self._origin.ids,
            agents=Users._search(Users._get_helpdesk_lite_domain(), order='id').subselect(),
            managers=Users._search(
                Users._get_helpdesk_lite_domain('manager'), order='id').subselect())

    def _get_assignable_members(self):
        """Who can be assigned in this team, at work or not: a list of `Member`, by id."""
        self.ensure_one()
        return [
            Member(user_id, name, tz, [(start, end or datetime.max)] if start else [], partner_id)
            for _team_id, user_id, name, tz, start, end, partner_id in self.env.execute_query(
                self._select_assignable_members())
        ]

    @api.depends('member_ids', 'privacy_visibility', 'company_id', 'message_follower_ids')
    def _compute_member_warning(self):
        """Names the members who get no tickets, and says what to do."""
        for team in self:
            # sudo: res.users - members who were archived or who left the company are named, too
            members = team.with_context(active_test=False).sudo().member_ids
            useless = members - members.filtered_domain(team._get_useful_member_domain())
            team.member_warning = bool(useless) and self.env._(
                'These members get no tickets by automatic assignment: %s. Each needs an active '
                'account with a right for Helpdesk and access to the company, and must follow the '
                'team if it is private. The tickets that they have stay theirs.',
                ', '.join(useless.mapped('name')))

    def _get_useful_member_domain(self):
        """What a member must fulfil to be chosen, as the form has the team now."""
        Users = self.env['res.users']
        domain = Users._get_helpdesk_lite_domain() & Domain(
            'company_ids', 'in', self.company_id.ids)
        if self.privacy_visibility == 'invited_internal':
            domain &= (Domain('partner_id', 'in', self.message_partner_ids.ids)
                       | Users._get_helpdesk_lite_domain('manager'))
        return domain

    # ------------------------------------------------------------------
    # Who is chosen
    # ------------------------------------------------------------------

    def _choose_assignees(self, are_open, planned, customer_ids=None):
        """Choose assignees for new tickets of this team, in one pass.

        Members never get their own request: their requests are chosen for separately.

        :param list are_open: for each ticket whether it will be open, and so a load
        :param dict planned: ``{user id: open tickets}`` that the call has already given them in
            this company; what is given here is added
        :param list customer_ids: for each ticket the id of its customer's contact
        :return: one `Choice` for each ticket
        """
        self.ensure_one()
        members = self._get_assignable_members()
        by_contact = {member.partner_id: member for member in members}
        passes = {}
        for position, customer_id in enumerate(customer_ids or [False] * len(are_open)):
            asking_id = customer_id if customer_id in by_contact else False
            passes.setdefault(asking_id, []).append(position)
        choices = {}
        for asking_id, positions in passes.items():
            asking = by_contact.get(asking_id)
            choices.update(zip(positions, self._choose_among(
                members, [are_open[position] for position in positions], planned, asking),
                strict=True))
        return [choices[position] for position in range(len(are_open))]

    def _choose_among(self, members, are_open, planned, asking=None):
        """Choose assignees among members; see `_choose_assignees`.

        :param Member asking: the one whose own requests these are, or None
        """
        now = fields.Datetime.now()
        members = [member for member in members if member != asking]
        available, day = find_available(self._get_workers(members, now), now)
        if not available:
            return [Choice(False, self._explain_nobody(members, asking))] * len(are_open)
        balanced = self.assign_method == 'balanced'
        loads = self._get_open_counts(available, planned) if balanced else {}
        reasons = []

        def choose(last_turns):
            return self._pick(available, last_turns, loads, are_open, reasons)

        # sudo: helpdesk.lite.team.turn - the order of turns is the system's own
        chosen = self.env['helpdesk.lite.team.turn'].sudo()._take_turns(self, available, choose)
        for user_id, is_open in zip(chosen, are_open, strict=True):
            planned[user_id] = planned.get(user_id, 0) + is_open
        explain = self._get_explainer(members, available, day, asking)
        return [Choice(user_id, explain(user_id, *reason))
                for user_id, reason in zip(chosen, reasons, strict=True)]

    @api.model
    def _pick(self, available, last_turns, loads, are_open, reasons):
        """Tell whose turn it is, for each of some tickets.

        The member with the smallest load (if loads count) is next, and among equals the one whose
        last turn is longest ago. A member who never had a turn comes first.

        :param list available: ids of users
        :param dict last_turns: ``{user id: last turn or 0}``
        :param dict loads: ``{user id: open tickets}``, empty for the method `randomly`
        :param list are_open: for each ticket whether it adds to the load
        :param list reasons: gets ``(load before or None, whether it was the first turn)`` for each
        :return: the user ids, in the order of `are_open`
        """
        queue = [(loads.get(user_id, 0), last_turns[user_id], user_id) for user_id in available]
        heapq.heapify(queue)
        turn = max(last_turns.values())
        chosen = []
        for is_open in are_open:
            load, last, user_id = queue[0]
            chosen.append(user_id)
            reasons.append((load if loads else None, not last))
            turn += 1
            heapq.heapreplace(queue, (load + (is_open if loads else 0), turn, user_id))
        return chosen

    def _get_open_counts(self, user_ids, planned):
        """How many open tickets users have in all teams of the team's company.

        :param dict planned: tickets of this call, which are not yet in the database
        """
        # sudo: helpdesk.lite.ticket - the whole load counts, whoever creates the ticket
        groups = self.env['helpdesk.lite.ticket'].sudo()._read_group(
            [('user_id', 'in', user_ids), ('company_id', '=', self.company_id.id),
             ('is_closed', '=', False)], ['user_id'], ['__count'])
        counts = {user.id: count for user, count in groups}
        return {user_id: counts.get(user_id, 0) + planned.get(user_id, 0) for user_id in user_ids}

    # ------------------------------------------------------------------
    # Explanations for the log
    # ------------------------------------------------------------------

    def _get_explainer(self, members, available, day, asking=None):
        """A function that says why somebody was chosen.

        Text that is the same for all tickets of a call is made once.
        """
        names = {member.id: member.name for member in members}
        here = set(available)
        away = [member.name for member in members if member.id not in here]
        method = dict(self._fields['assign_method']._description_selection(self.env))[
            self.assign_method]
        common = [self.env._('Method: %s.', method)]
        if asking:
            common.append(self.env._('Not %s: it is their own request.', asking.name))
        if day:
            common.append(self.env._(
                'Nobody is at work now, so it was shared among those who work on the next day on '
                'which anyone does, %s.', format_date(self.env, day)))
        if away:
            common.append(self.env._('Away: %s.', self._join_names(away)))

        def explain(user_id, load, is_first):
            lines = [self.env._('Automatically assigned to %s.', names[user_id]), *common,
                     self._explain_turn(load, is_first)]
            return Markup('<p>%s</p>') % Markup('<br/>').join(lines)

        return explain

    def _explain_turn(self, load, is_first):
        """Say why it was somebody's turn; see `_pick`."""
        if load is None:
            if is_first:
                return self.env._('Never had a ticket of this team by automatic assignment yet.')
            return self.env._(
                'Of those available, their last automatic assignment in this team is longest ago.')
        return self.env._(
            'Of those available nobody has fewer open tickets: %s before this one.', load)

    def _explain_nobody(self, members, asking=None):
        """Say why a ticket stays unassigned."""
        if asking:
            return Markup('<p>%s</p>') % self.env._(
                'Automatic assignment found nobody but %s, whose own request it is.', asking.name)
        if not members:
            return Markup('<p>%s</p>') % self.env._(
                'Automatic assignment found nobody: the team has no member with an active account, '
                'a right for Helpdesk and access to the team.')
        return Markup('<p>%s</p>') % self.env._(
            'Automatic assignment found nobody: no member works within 366 days (%s).',
            self._join_names([member.name for member in members]))

    @api.model
    def _join_names(self, names):
        """Join names; of many only name the first and count the others."""
        said = ', '.join(names[:NAMES_IN_NOTE])
        rest = len(names) - NAMES_IN_NOTE
        if rest <= 0:
            return said
        return self.env._('%(names)s and %(count)s more', names=said, count=rest)
