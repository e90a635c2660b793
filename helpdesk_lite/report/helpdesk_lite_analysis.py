from odoo import fields, models
from odoo.tools import SQL


class HelpdeskLiteAnalysis(models.AbstractModel):
    """What the reports have in common: medians, and the way from a row to its ticket."""

    _name = 'helpdesk.lite.analysis'
    _description = 'Helpdesk Analysis'

    # The column of the team that a row's ticket is in.
    _ticket_team = 'team_id'

    visible_to_user = fields.Boolean(
        search='_search_visible_to_user', store=False, export_string_translation=False,
        help='Technical: the record rules of tickets stand on it, and those of the reports.')

    def _search_visible_to_user(self, operator, value):
        """The rows of tickets that the user sees, row by row: no list of tickets is made for it."""
        return self.env['helpdesk.lite.ticket']._search_visible_to_user(
            operator, value, self._ticket_team, 'ticket_id')

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
