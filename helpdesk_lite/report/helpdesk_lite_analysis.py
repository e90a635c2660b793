from odoo import models
from odoo.tools import SQL


class HelpdeskLiteAnalysis(models.AbstractModel):
    """What the reports have in common: medians, and the way from a row to its ticket."""

    _name = 'helpdesk.lite.analysis'
    _description = 'Helpdesk Analysis'

    def _read_group_select(self, aggregate_spec, query):
        """Know ``median`` as an aggregate, which says more of hours than their average."""
        name, _colon, function = aggregate_spec.partition(':')
        if function == 'median':
            return SQL(
                'percentile_cont(0.5) WITHIN GROUP (ORDER BY %s)',
                self._field_to_sql(self._table, name, query))
        return super()._read_group_select(aggregate_spec, query)

    def action_open_ticket(self):
        """Open the ticket of a row."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'res_model': 'helpdesk.lite.ticket',
            'res_id': self.ticket_id.id, 'views': [(False, 'form')]}
