from odoo import api, fields, models
from odoo.exceptions import UserError


class HelpdeskLiteTeamDelete(models.TransientModel):
    """Asks where the tickets of teams go before these are deleted or archived."""

    _name = 'helpdesk.lite.team.delete'
    _description = 'Delete or Archive Teams'

    operation = fields.Selection(
        [('delete', 'Delete'), ('archive', 'Archive')], default='delete', required=True)
    team_ids = fields.Many2many(
        'helpdesk.lite.team', string='Teams', required=True,
        context={'active_test': False}, default=lambda self: self.env.context.get('active_ids'))
    company_id = fields.Many2one('res.company', compute='_compute_company_id')
    open_count = fields.Integer('Open Tickets', compute='_compute_counts')
    closed_count = fields.Integer('Closed Tickets', compute='_compute_counts')
    kept_addresses = fields.Char(compute='_compute_kept_addresses')
    tickets = fields.Selection(
        [
            ('all', 'Move all tickets'),
            ('open', 'Move the open tickets, leave the closed ones'),
            ('none', 'Leave all tickets where they are'),
        ],
        default='all', required=True,
        help='Tickets that are left stay in All Tickets, with the archived team.')
    destination_id = fields.Many2one(
        'helpdesk.lite.team', string='Move Them to',
        domain="[('company_id', '=', company_id), ('id', 'not in', team_ids)]")

    @api.depends('team_ids')
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.team_ids.company_id[:1]

    @api.depends('team_ids')
    def _compute_kept_addresses(self):
        """The teams' addresses: mail to them still arrives when the teams are archived."""
        for wizard in self:
            teams = wizard.team_ids._origin.filtered('alias_email')
            wizard.kept_addresses = ', '.join(teams.mapped('alias_email')) or False

    @api.depends('team_ids')
    def _compute_counts(self):
        for wizard in self:
            counts = dict(wizard._get_tickets()._read_group(
                wizard._get_ticket_domain(), ['is_closed'], ['__count']))
            wizard.open_count, wizard.closed_count = counts.get(False, 0), counts.get(True, 0)

    def _get_tickets(self):
        return self.env['helpdesk.lite.ticket'].with_context(active_test=False)

    def _get_ticket_domain(self):
        return [('team_id', 'in', self.team_ids._origin.ids)]

    def action_apply(self):
        """Move the tickets that are to be moved, then delete or archive the teams.

        :raise UserError: without a team to move them to, or where closed tickets would be opened
        """
        self.ensure_one()
        if len(self.team_ids.company_id) > 1:
            raise UserError(self.env._('Choose teams of one company at a time.'))
        tickets = self._get_tickets().search(self._get_ticket_domain())
        if self.operation == 'archive' and self.tickets != 'all':
            tickets = tickets.filtered(
                lambda ticket: self.tickets == 'open' and not ticket.is_closed)
        if tickets:
            self._move_tickets(tickets)
        if self.operation == 'archive':
            self.team_ids._archive_with_open_tickets()
            return {'type': 'ir.actions.act_window_close'}  # the screen behind loads by itself
        self.team_ids.with_context(helpdesk_lite_ask=False).unlink()
        return self.env['ir.actions.act_window']._for_xml_id(
            'helpdesk_lite.helpdesk_lite_team_action_config') | {'target': 'main'}

    def _move_tickets(self, tickets):
        """Move tickets to the other team. Closed ones stay closed, open ones open."""
        team = self.destination_id
        if not team or team in self.team_ids or team.company_id != self.company_id:
            raise UserError(self.env._(
                'Choose another team of the company "%s" that the tickets go to.',
                self.company_id.name))
        pipeline = team._get_pipeline()
        strangers = tickets.filtered(lambda ticket: ticket.stage_id not in pipeline)
        closed = strangers.filtered('is_closed')
        for group, stage in (
                (tickets - strangers, None),
                (closed, team._get_closing_stage().filtered('fold')),
                (strangers - closed, pipeline.filtered(lambda stage: not stage.fold)[:1])):
            if group and stage is not None and not stage:
                raise UserError(self.env._(
                    'The team "%(team)s" has no stage for %(ticket)s: add a folded and an open '
                    'one first.', team=team.name, ticket=group[:1].display_name))
            group._relocate({'team_id': team.id, **({'stage_id': stage.id} if stage else {})})
