from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)


class HelpdeskLiteTicket(models.Model):
    """Who works on a ticket: assigned by hand, or automatically by its team."""

    _inherit = 'helpdesk.lite.ticket'

    user_id = fields.Many2one(
        'res.users', string='Assigned to', index='btree_not_null', tracking=True,
        check_company=True,
        domain=lambda self: self._get_assignee_domain(),
        falsy_value_label=_lt('Unassigned'))  # pylint: disable=translation-field
    assign_date = fields.Datetime(
        'First Assignment', readonly=True, copy=False)

    # who has how many open tickets, for the method `balanced`
    _open_user_idx = models.Index(
        '(user_id, company_id) '
        'WHERE active IS TRUE AND is_closed IS NOT TRUE AND user_id IS NOT NULL')

    def _get_assignee_domain(self):
        group_id = self.env['res.users']._get_helpdesk_lite_group_id('user')
        return (f"[('all_group_ids', 'in', {group_id}), ('share', '=', False),"
                f" ('company_ids', 'in', company_id)]")

    def action_assign_to_me(self):
        """Assign the tickets to the current user."""
        return self.write({'user_id': self.env.uid})

    def _get_assignment_vals(self, vals, now):
        """The date of the first assignment, where a write of `vals` makes it."""
        if vals.get('user_id') and not self.assign_date:
            return {'assign_date': now}
        return {}

    # ------------------------------------------------------------------
    # Automatic assignment
    # ------------------------------------------------------------------

    @api.model
    def _assign_new(self, vals_list):
        """Assign new tickets that come without an assignee, and date all first assignments.

        :param vals_list: complete values of new tickets, which get ``user_id`` and what follows
            from it
        :return: ``{position: Choice}`` of the tickets that were to be assigned automatically
        """
        default = self.default_get(['user_id']).get('user_id') or False
        wanted, given = {}, []
        for position, vals in enumerate(vals_list):
            user_id, is_open = vals.setdefault('user_id', default), not vals['is_closed']
            if not vals.get('active', True):
                continue
            if not user_id:
                wanted.setdefault(vals['team_id'], {})[position] = (
                    is_open, vals.get('partner_id', self.env.context.get('default_partner_id')))
            elif is_open:
                given.append((vals['team_id'], user_id))
        result = self._choose_by_team(wanted, given)
        for position, choice in result.items():
            vals_list[position]['user_id'] = choice.user_id
        now = fields.Datetime.now()
        for vals in vals_list:
            if vals['user_id']:
                vals.update(assign_date=vals.get('assign_date') or now, assign_hours=0)
        return result

    def _assign_moved(self, vals, changed):
        """Choose assignees of tickets that are moved into a team and have none there.

        :param dict vals: the values of the move
        :param dict changed: see `_get_changed_fields`; the tickets that get an assignee are added
        :return: ``{ticket: Choice}`` of the tickets that were to be assigned automatically
        """
        alone = changed.get('team_id', self.browse()).filtered(
            lambda ticket: vals.get('active', ticket.active)
            and not vals.get('user_id', ticket.user_id.id))
        if not alone:
            return {}
        pipelines = self._get_team_stages([vals['team_id']])
        choices = self._choose_by_team({vals['team_id']: {
            ticket: (not ticket._get_new_stage(vals, pipelines).fold,
                     vals.get('partner_id', ticket.partner_id.id)) for ticket in alone}})
        assigned = self.browse().union(*(t for t, choice in choices.items() if choice.user_id))
        if assigned:
            changed['user_id'] = changed.get('user_id', self.browse()) | assigned
        return choices

    def _split_by_choice(self, choices):
        """The writes that chosen assignees ask for: ``[(tickets, vals)]``."""
        now = fields.Datetime.now()
        groups = {}
        for ticket, choice in choices.items():
            vals = {'user_id': choice.user_id}
            vals.update(ticket._get_assignment_vals(vals, now))
            key = tuple(vals.items())
            groups[key] = groups.get(key, self.browse()) | ticket
        return [(tickets, dict(key)) for key, tickets in groups.items()]

    @api.model
    def _choose_by_team(self, wanted, given=()):
        """Choose assignees in the teams that assign automatically: one decision for each team.

        :param dict wanted: ``{team id: {key: (whether the ticket is open, id of its customer)}}``
        :param given: ``[(team id, user id)]`` of open tickets that the same call assigns by hand
        :return: ``{key: Choice}``
        """
        # sudo: helpdesk.lite.team - customers create tickets, too; what is archived counts nowhere
        teams = self.env['helpdesk.lite.team'].sudo().with_context(active_test=True).browse(wanted)
        choosing = teams.filtered('auto_assignment').sorted('id')
        planned, result = {}, {}
        for team_id, user_id in given if choosing else ():
            loads = planned.setdefault(teams.browse(team_id).company_id, {})
            loads[user_id] = loads.get(user_id, 0) + 1
        for team in choosing:
            are_open, customer_ids = zip(*wanted[team.id].values(), strict=True)
            choices = team._in_company_language()._choose_assignees(
                are_open, planned.setdefault(team.company_id, {}), customer_ids)
            result.update(zip(wanted[team.id], choices, strict=True))
        return result

    @api.model
    def _explain_assignments(self, choices):
        """Log why somebody was chosen.

        :param dict choices: ``{ticket: Choice}``
        """
        if choices:
            self.browse().union(*choices)._message_log_batch(
                bodies={ticket.id: choice.note for ticket, choice in choices.items()},
                author_id=self.env['ir.model.data']._xmlid_to_res_id('base.partner_root'))

    @api.model
    def _call_for_unassigned(self, choices):
        """Call the administrators to tickets for which nobody was found.

        :param dict choices: ``{ticket: Choice}``
        :return: these tickets
        """
        alone = self.browse().union(
            *(ticket for ticket, choice in choices.items() if not choice.user_id))
        if alone:
            alone._schedule_for_administrators(alone._in_log_language()._(
                'Automatic assignment found nobody who works'))
        return alone

    def _filter_unfollowed(self):
        """Those of the tickets that no internal user follows, besides the customer."""
        if not self:
            return self
        rows = self.env.execute_query(SQL(
            """SELECT follower.res_id
                 FROM mail_followers follower
                 JOIN res_users agent ON agent.partner_id = follower.partner_id
                                     AND agent.active AND agent.share IS NOT TRUE
                 JOIN helpdesk_lite_ticket ticket ON ticket.id = follower.res_id
                  AND ticket.partner_id IS DISTINCT FROM follower.partner_id
                WHERE follower.res_model = %s AND follower.res_id = ANY(%s)""",
            self._name, self.ids))
        followed = {res_id for res_id, in rows}
        return self.filtered(lambda ticket: ticket.id not in followed)
