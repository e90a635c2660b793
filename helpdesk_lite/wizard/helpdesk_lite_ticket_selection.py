from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class HelpdeskLiteTicketAssign(models.TransientModel):
    """Asks to whom the tickets of a selection are assigned."""

    _name = 'helpdesk.lite.ticket.assign'
    _description = 'Assign Helpdesk Tickets'

    ticket_ids = fields.Many2many(
        'helpdesk.lite.ticket', string='Tickets', required=True,
        context={'active_test': False}, default=lambda self: self.env.context.get('active_ids'))
    company_id = fields.Many2one('res.company', compute='_compute_company_id')
    how = fields.Selection(
        [('person', 'A person'), ('automatic', 'Automatically'), ('nobody', 'Nobody')],
        string='Assign to', default='person', required=True,
        help='Automatically: as the team of each ticket assigns new ones.')
    user_id = fields.Many2one(
        'res.users', string='Person',
        domain=lambda self: self.env['helpdesk.lite.ticket']._get_assignee_domain())

    @api.depends('ticket_ids')
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.ticket_ids[:1].company_id

    def action_apply(self):
        """Assign all of the tickets, or none of them.

        :raise UserError: if no person is chosen, or a team can't assign automatically
        """
        self.ensure_one()
        if self.how == 'automatic':
            self.ticket_ids._assign_automatically()
        elif self.how == 'person' and not self.user_id:
            raise UserError(self.env._('Choose the person to assign the tickets to.'))
        else:
            self.ticket_ids.write({'user_id': self.how == 'person' and self.user_id.id})
        return {'type': 'ir.actions.act_window_close'}


class HelpdeskLiteTicketLabel(models.TransientModel):
    """Asks which tags the tickets of a selection get and lose."""

    _name = 'helpdesk.lite.ticket.label'
    _description = 'Tag Helpdesk Tickets'

    ticket_ids = fields.Many2many(
        'helpdesk.lite.ticket', string='Tickets', required=True,
        context={'active_test': False}, default=lambda self: self.env.context.get('active_ids'))
    added_tag_ids = fields.Many2many(
        'helpdesk.lite.tag', 'helpdesk_lite_ticket_label_added_rel', string='Add')
    removed_tag_ids = fields.Many2many(
        'helpdesk.lite.tag', 'helpdesk_lite_ticket_label_removed_rel', string='Remove')

    def action_apply(self):
        """Change the tags of all of the tickets, or of none of them, by one write."""
        self.ensure_one()
        self.ticket_ids.write({'tag_ids': [
            *(Command.link(tag.id) for tag in self.added_tag_ids),
            *(Command.unlink(tag.id) for tag in self.removed_tag_ids - self.added_tag_ids),
        ]})
        return {'type': 'ir.actions.act_window_close'}
