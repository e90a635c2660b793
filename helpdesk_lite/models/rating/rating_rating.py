from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column

# How long the one who rated may think better of it
CHANGEABLE = timedelta(days=7)
SATISFACTION = [
    ('top', 'Satisfied'), ('ok', 'Neutral'), ('ko', 'Dissatisfied'), ('none', 'Not rated yet')]


class RatingRating(models.Model):
    _inherit = 'rating.rating'

    helpdesk_lite_first_rated_on = fields.Datetime(
        'First Rated On', readonly=True, copy=False, export_string_translation=False,
        help='Technical: from then on the rating of a ticket can be changed for 7 days.')
    helpdesk_lite_asked_id = fields.Many2oneReference(
        'Asked Ticket', model_field='res_model', readonly=True, copy=False,
        export_string_translation=False,
        help='Technical: the ticket that the customer was asked to rate; merging moves the rating.')
    helpdesk_lite_rating_text = fields.Selection(
        SATISFACTION, 'Satisfaction', compute='_compute_helpdesk_lite_rating_text', store=True,
        help='What the customer of a ticket chose.')

    def _auto_init(self):
        """Fill the field of ratings that are older than it at once, also those of other apps."""
        cr, name = self.env.cr, 'helpdesk_lite_rating_text'
        if not column_exists(cr, self._table, name):
            create_column(cr, self._table, name, 'varchar')
            cr.execute('UPDATE rating_rating SET helpdesk_lite_rating_text = rating_text')
        return super()._auto_init()

    @api.depends('rating_text')
    def _compute_helpdesk_lite_rating_text(self):
        for rating in self:
            rating.helpdesk_lite_rating_text = rating.rating_text

    def _is_open(self):
        """Whether the token of this rating still rates its ticket: changes have 7 days."""
        self.ensure_one()
        first = self.helpdesk_lite_first_rated_on
        return not self.consumed or bool(first and fields.Datetime.now() - first <= CHANGEABLE)
