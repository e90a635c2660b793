from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

# What an alias may give the tickets that mail makes: see `_get_mail_value_names`
MAIL_VALUES = frozenset({
    'name', 'team_id', 'company_id', 'stage_id', 'user_id', 'partner_id', 'tag_ids', 'priority',
    'kanban_state', 'color', 'email_cc', 'partner_name', 'partner_email', 'partner_phone',
})
# Fields that an administrator of Odoo added by hand may be given, too, where they hold no records
PLAIN_TYPES = frozenset({
    'boolean', 'char', 'date', 'datetime', 'float', 'integer', 'selection', 'text'})
LINKING = frozenset({Command.LINK, Command.SET})


class HelpdeskLiteTicket(models.Model):
    """Limit what an alias may give a new ticket: plain values and links from a named list.

    A ticket is made of a mail in superuser mode. There a command for the rows of another model
    would write whatever it names: a ticket of another company, who follows a private one, or who
    administers Odoo.
    """

    _inherit = 'helpdesk.lite.ticket'

    @api.model
    def _get_mail_value_names(self):
        """Hook: return the names of fields that an alias may give a value."""
        return MAIL_VALUES

    @api.model
    def _is_mail_value(self, name):
        """Whether an alias may give the field `name` a value."""
        if name in self._get_mail_value_names():
            return True
        field = self._fields.get(name)
        return bool(field and field.manual and field.store and not field.compute
                    and field.type in PLAIN_TYPES)

    @api.model
    def _get_linked_ids(self, value):
        """Return the ids that a many2many's value links, or None where it is anything else.

        :param value: a list of ids, or of commands that link records that exist
        """
        if not isinstance(value, (list, tuple)):
            return None
        ids = []
        for item in value:
            if type(item) is int:
                ids.append(item)
            elif self._is_linking(item):
                ids += item[2] if item[0] == Command.SET else [item[1]]
            else:
                return None
        return ids if all(type(item) is int for item in ids) else None

    @api.model
    def _is_linking(self, command):
        if not isinstance(command, (list, tuple)) or not command or command[0] not in LINKING:
            return False
        if command[0] == Command.SET:
            return len(command) == 3 and isinstance(command[2], (list, tuple))
        return len(command) > 1

    @api.model
    def _check_mail_values(self, defaults):
        """Refuse values of an alias that write anything but the ticket itself.

        What is only wrong (a stage that is gone) isn't refused: mail leaves it out, see
        `_clean_defaults`.

        :param dict defaults: the values of the alias
        :raise ValidationError: naming the first of them
        """
        for name, value in defaults.items():
            field = self._fields.get(name)
            allowed = not field or self._is_mail_value(name)
            if allowed and field and field.type == 'many2many' and isinstance(value, (list, tuple)):
                allowed = self._get_linked_ids(value) is not None
            elif allowed:
                allowed = not isinstance(value, (dict, list, tuple, set))
            if not allowed:
                raise ValidationError(self.env._(
                    'The default values of a team\'s address can\'t set "%(field)s" to %(value)s. '
                    'They may give tickets: %(names)s.', field=name, value=repr(value),
                    names=', '.join(sorted(self._get_mail_value_names()))))
