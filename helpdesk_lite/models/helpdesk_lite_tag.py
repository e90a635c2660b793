from random import randint

from odoo import fields, models


class HelpdeskLiteTag(models.Model):
    _name = 'helpdesk.lite.tag'
    _description = 'Helpdesk Tag'
    _order = 'name, id'

    name = fields.Char(required=True, translate=True)
    color = fields.Integer(default=lambda self: self._default_color())

    _name_uniq = models.UniqueIndex('(name)', 'A tag with this name exists already: use that one.')

    def _default_color(self):
        """One of the eleven colours of Odoo's tags; 0 is "no colour"."""
        return randint(1, 11)
