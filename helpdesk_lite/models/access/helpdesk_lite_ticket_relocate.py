import logging

from odoo import api, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools import split_every

# How many tickets are moved between two flushes, so that memory stays flat.
BATCH = 1000
WIZARDS = {
    'helpdesk.lite.stage': 'helpdesk_lite.helpdesk_lite_stage_delete_action',
    'helpdesk.lite.team': 'helpdesk_lite.helpdesk_lite_team_delete_action',
}


class HelpdeskLiteTicket(models.Model):
    """Find a place for tickets whose stage or team is deleted or archived."""

    _inherit = 'helpdesk.lite.ticket'

    @api.model
    def _ask_where_to_go(self, message, records, operation):
        """Refuse an operation on stages or teams that have tickets.

        On the screens (context ``helpdesk_lite_ask``) a button offers to move the tickets.

        :param str message: why, and what to do
        :param records: stages or teams
        :param str operation: 'delete' or 'archive'
        :raise UserError, RedirectWarning: always
        """
        if not self.env.context.get('helpdesk_lite_ask'):
            raise UserError(message)
        question = RedirectWarning(
            message, self._get_relocate_action(records, operation), self.env._('Move the Tickets'))
        question.loglevel = logging.INFO  # Odoo's server would log a traceback
        raise question

    @api.model
    def _get_relocate_action(self, records, operation):
        """The wizard that asks where the tickets of stages or teams go."""
        action = self.env['ir.actions.act_window']._for_xml_id(WIZARDS[records._name])
        name = 'default_stage_ids' if 'stage' in records._name else 'default_team_ids'
        return {**action, 'context': {
            name: records.ids, 'default_operation': operation,
            'helpdesk_lite_ask': self.env.context.get('helpdesk_lite_ask')}}

    def _relocate(self, vals, mute=True):
        """Move tickets because of an administrator's housekeeping, which is no activity.

        :param dict vals: what to write: the new stage or team
        :param bool mute: send no mail or SMS of the new stage
        """
        for ids in split_every(BATCH, self.ids):
            tickets = self.browse(ids)._as_system(log_in_batch=True)
            self.env.cr.flush()
            if mute:
                tickets._mute_stages()
            tickets.write(vals)
            self.env.cr.flush()
            self.env.invalidate_all()
