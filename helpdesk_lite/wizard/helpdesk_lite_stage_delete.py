from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class HelpdeskLiteStageDelete(models.TransientModel):
    """Asks where the tickets of stages go before these are deleted or archived."""

    _name = 'helpdesk.lite.stage.delete'
    _description = 'Delete or Archive Stages'

    operation = fields.Selection(
        [('delete', 'Delete'), ('archive', 'Archive')], default='delete', required=True)
    stage_ids = fields.Many2many(
        'helpdesk.lite.stage', string='Stages', required=True,
        context={'active_test': False}, default=lambda self: self.env.context.get('active_ids'))
    line_ids = fields.One2many(
        'helpdesk.lite.stage.delete.line', 'wizard_id', string='Tickets',
        compute='_compute_line_ids', compute_sudo=False, store=True, readonly=False)
    ticket_count = fields.Integer('Number of Tickets', compute='_compute_ticket_count')
    has_hidden_tickets = fields.Boolean(compute='_compute_ticket_count')
    send_mails = fields.Boolean(
        'Send the e-mails of the new stages',
        help='As on any move. Leave it off, and customers hear nothing of this.')

    @api.depends('stage_ids')
    def _compute_line_ids(self):
        """One line for each team that has tickets in the stages, archived tickets too."""
        for wizard in self:
            groups = self.env['helpdesk.lite.ticket'].with_context(active_test=False)._read_group(
                [('stage_id', 'in', wizard.stage_ids._origin.ids)], ['team_id'], ['__count'])
            wizard.line_ids = [Command.clear(), *(
                Command.create({
                    'team_id': team.id, 'ticket_count': count,
                    'stage_id': wizard._get_default_stage(team).id,
                }) for team, count in groups)]

    def _get_default_stage(self, team):
        """The nearest stage of the team that is as open or closed as the one that goes."""
        going = self.stage_ids._origin
        stages = team._get_pipeline() - going
        alike = stages.filtered(lambda stage: stage.fold == going[:1].fold) or stages
        return alike.sorted(lambda stage: abs(stage.sequence - going[:1].sequence))[:1]

    @api.depends('line_ids.ticket_count', 'stage_ids')
    def _compute_ticket_count(self):
        self.env['helpdesk.lite.ticket'].flush_model(['stage_id'])
        for wizard in self:
            wizard.ticket_count = sum(wizard.line_ids.mapped('ticket_count'))
            [[total]] = self.env.execute_query(SQL(
                'SELECT count(*) FROM helpdesk_lite_ticket WHERE stage_id = ANY(%s)',
                wizard.stage_ids._origin.ids))
            wizard.has_hidden_tickets = total > wizard.ticket_count

    def action_apply(self):
        """Move the tickets, then delete or archive the stages.

        :raise UserError: where tickets of another company are in them, or a line has no stage
        """
        self.ensure_one()
        if self.has_hidden_tickets:
            raise UserError(self.env._(
                'More tickets in these stages belong to companies that you do not see now. '
                'Switch these companies on in the menu at the top, or ask their administrators '
                'to move them.'))
        for line in self.line_ids:
            line._move_tickets()
        stages = self.stage_ids.with_context(helpdesk_lite_ask=False)
        if self.operation == 'archive':
            stages.action_archive()
            return {'type': 'ir.actions.act_window_close'}  # the screen behind loads by itself
        stages.unlink()
        if self.env.context.get('helpdesk_lite_ask') == 'stages':
            return self.env['ir.actions.act_window']._for_xml_id(
                'helpdesk_lite.helpdesk_lite_stage_action') | {'target': 'main'}
        return {'type': 'ir.actions.client', 'tag': 'soft_reload'}  # a pipeline


class HelpdeskLiteStageDeleteLine(models.TransientModel):
    _name = 'helpdesk.lite.stage.delete.line'
    _description = 'Tickets of a Team in Stages to Delete'

    wizard_id = fields.Many2one(
        'helpdesk.lite.stage.delete', required=True, index=True, ondelete='cascade')
    team_id = fields.Many2one('helpdesk.lite.team', required=True, ondelete='cascade')
    ticket_count = fields.Integer('Number of Tickets', readonly=True)
    allowed_stage_ids = fields.Many2many(
        'helpdesk.lite.stage', compute='_compute_allowed_stage_ids')
    stage_id = fields.Many2one(
        'helpdesk.lite.stage', string='Move Them to', ondelete='cascade',
        domain="[('id', 'in', allowed_stage_ids)]")

    @api.depends('team_id', 'wizard_id.stage_ids')
    def _compute_allowed_stage_ids(self):
        for line in self:
            line.allowed_stage_ids = line.team_id._get_pipeline() - line.wizard_id.stage_ids._origin

    def _move_tickets(self):
        """Move the team's tickets, archived ones too, out of the stages."""
        self.ensure_one()
        if self.stage_id not in self.allowed_stage_ids:
            raise UserError(self.env._(
                'Choose a stage of the team "%s" for its tickets. Where it has no other stage, '
                'add one to the team first.', self.team_id.name))
        tickets = self.env['helpdesk.lite.ticket'].with_context(active_test=False).search([
            ('stage_id', 'in', self.wizard_id.stage_ids.ids), ('team_id', '=', self.team_id.id)])
        tickets._relocate({'stage_id': self.stage_id.id}, mute=not self.wizard_id.send_mails)
