import ast

from odoo import api, models
from odoo.exceptions import AccessError, UserError


class HelpdeskLiteTeam(models.Model):
    """Keep each team's mailbox its own: writing a team can't take over another one's.

    Odoo writes the alias of a record in superuser mode, so what may reach it is a named list.
    """

    _inherit = 'helpdesk.lite.team'

    def modified(self, fnames, create=False, before=False):
        """See ``BaseModel``: whichever way a team changes, who sees which is asked again."""
        if not before:
            self.env['res.users']._forget_helpdesk_lite_seen_teams()
        return super().modified(fnames, create=create, before=before)

    @api.model
    def _without_alias_defaults(self):
        """The model, without default values of the context for what isn't a team's to set."""
        foreign = () if self.env.su else self._get_foreign_alias_names()
        return self.with_env(self.env(context={
            key: value for key, value in self.env.context.items()
            if key.removeprefix('default_') not in foreign}))

    def _prepare_create_vals(self, vals):
        self._check_alias_values(vals)
        return super()._prepare_create_vals(vals)

    def _prepare_write_vals(self, vals):
        self._check_alias_values(vals)
        return super()._prepare_write_vals(vals)

    @api.model
    def _get_foreign_alias_names(self):
        """Names of the fields of a team's alias that aren't set with the team."""
        return self.env['mail.alias']._fields.keys() - {
            *self.ALIAS_WRITEABLE_FIELDS, *models.MAGIC_COLUMNS, 'display_name'} | {'alias_id'}

    def _check_alias_values(self, vals):
        """Refuse another alias, and values of the own one that the system sets.

        What a team has already may come back, as from an export that is imported again.

        :raise UserError: naming the first of them
        :raise AccessError: for default values that make tickets in a team that the user may not
            change
        """
        if self.env.su:
            return
        for name in vals.keys() & self._get_foreign_alias_names():
            field = self._fields.get(name)
            if not vals[name] and not self:
                continue  # an empty cell of an import
            if not self or any(
                    field.convert_to_cache(vals[name], team, validate=False)
                    != field.convert_to_cache(team[name], team, validate=False)
                    for team in self.sudo()):  # sudo: mail.alias - compares the teams' own ones
                raise UserError(self.env._(
                    'The field "%(field)s" of a team\'s address is kept by the system: leave it '
                    'out.', field=field._description_string(self.env)))
        self._check_alias_team(vals.get('alias_defaults'))

    @api.model
    def _check_alias_team(self, defaults):
        try:
            team_id = dict(ast.literal_eval(defaults or '{}')).get('team_id')
        except (SyntaxError, TypeError, ValueError):
            return  # Odoo says what is wrong with it
        team = self.browse(team_id if type(team_id) is int else None).exists()
        if team and not team.has_access('write'):
            raise AccessError(self.env._(
                "The default values of a team's address can only make tickets in teams that you "
                'may change.'))

    def message_get_followers(self, after=None, limit=100, filter_recipients=False):
        """See ``mail.thread``, which asks nobody whether they see the record."""
        self.check_access('read')
        return super().message_get_followers(after, limit, filter_recipients)
