from odoo import api, fields, models
from odoo.api import NewId
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.plain_context import in_plain_context
from .seen import OURS, TICKET, get_seen_domain

TARGETS = {'res_model', 'res_model_id', 'res_id', 'parent_res_model', 'parent_res_model_id',
           'parent_res_id', 'message_id'}


class RatingRating(models.Model):
    """Ratings of tickets are made by the customer's token alone, and seen by who sees the ticket.

    Odoo lets every employee read, make and change all ratings, with the tokens that make them.
    """

    _inherit = 'rating.rating'

    helpdesk_lite_visible = fields.Boolean(
        compute='_compute_helpdesk_lite_visible', search='_search_helpdesk_lite_visible',
        compute_sudo=True, export_string_translation=False,
        help='Technical: what the record rule stands on.')

    # Read alone, so that reading other fields asks nothing of who may see it
    access_token = fields.Char(prefetch=False)

    helpdesk_lite_is_manager = fields.Boolean(
        compute='_compute_helpdesk_lite_is_manager', export_string_translation=False)

    # ------------------------------------------------------------------
    # Who sees what
    # ------------------------------------------------------------------

    @api.depends('res_model', 'res_id', 'parent_res_model', 'parent_res_id', 'consumed')
    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_helpdesk_lite_visible(self):
        ours = self.filtered(
            lambda rating: rating.res_model in OURS or rating.parent_res_model in OURS)
        (self - ours).helpdesk_lite_visible = True
        visible = ours.search([
            ('id', 'in', ours.ids), ('helpdesk_lite_visible', '=', True)]) if ours else ours
        for rating in ours:
            rating.helpdesk_lite_visible = rating._origin in visible

    def _search_helpdesk_lite_visible(self, operator, value):
        """Ratings that were given, of tickets that the user sees; whatever others rate."""
        if operator != 'in':
            return NotImplemented
        user_env = self.env(su=False)
        parents = Domain('res_model', '=', TICKET) | get_seen_domain(
            user_env, 'parent_res_model', 'parent_res_id')
        given = Domain('res_model', 'not in', OURS) | Domain('consumed', '=', True)
        return given & parents & get_seen_domain(user_env)

    def _has_field_access(self, field, operation):
        """Show the tokens of tickets to nobody: who has one may rate.

        Those of others are read from rows that are known, as no list may tell one of ours.
        """
        return super()._has_field_access(field, operation) and (
            field.name != 'access_token' or self.env.su or self._are_others())

    def _are_others(self):
        """Whether these are rows, none of which belongs to a ticket or a team."""
        return bool(self._origin) and not self._origin._filter_ours()

    def _search(self, domain, *args, **kwargs):
        """Find others' ratings by their whole token, as in Odoo; see ``rating.rating``."""
        if not self.env.su:
            domain = Domain(domain).map_conditions(self._find_others_alone)
        return super()._search(domain, *args, **kwargs)

    def _find_others_alone(self, condition):
        """Put the same condition on a token in place of one, for others' ratings alone."""
        if condition.field_expr != 'access_token' or condition.operator not in ('=', 'in'):
            return condition
        tokens = [condition.value] if condition.operator == '=' else list(condition.value)

        def to_sql(model, alias, query):
            def column(name):
                return SQL.identifier(alias, name, to_flush=model._fields[name])
            return SQL(
                '%s = ANY(%s) AND (%s = ANY(%s) OR %s = ANY(%s)) IS NOT TRUE',
                column('access_token'), [token for token in tokens if isinstance(token, str)],
                column('res_model'), list(OURS), column('parent_res_model'), list(OURS))

        return Domain.custom(to_sql=to_sql)

    @api.depends('res_model', 'res_id')
    def _compute_res_name(self):  # pylint: disable=missing-return
        """Name no record to whoever only types its number into a form."""
        typed = self._filter_typed('res_model')
        super(RatingRating, self - typed)._compute_res_name()
        typed.res_name = False

    @api.depends('parent_res_model', 'parent_res_id')
    def _compute_parent_res_name(self):  # pylint: disable=missing-return
        typed = self._filter_typed('parent_res_model')
        super(RatingRating, self - typed)._compute_parent_res_name()
        typed.parent_res_name = False

    def _filter_typed(self, model_field):
        """Those that are no rows yet, and name one of ours."""
        return self.filtered(
            lambda rating: isinstance(rating.id, NewId) and rating[model_field] in OURS)

    # ------------------------------------------------------------------
    # Who makes and changes them
    # ------------------------------------------------------------------

    def _check_access(self, operation):
        """Leave the ratings of tickets to the pages of their tokens, which are superuser mode's.

        :param str operation: as the ORM has it
        """
        result = super()._check_access(operation)
        if self.env.su or operation == 'read':
            return result
        ours = (self - result[0] if result else self)._filter_ours()
        if not ours:
            return result
        return (result[0] + ours if result else ours), lambda: AccessError(self.env._(
            'Only customers rate tickets, by the link in their e-mail.'))

    def _filter_ours(self):
        """Those that belong to a ticket or team, or stand in the log of one."""
        # sudo: rating.rating - only what they belong to
        return self.sudo().filtered(lambda rating: (
            rating.res_model in OURS or rating.parent_res_model in OURS
            or rating.message_id.model in OURS)).with_env(self.env)

    def write(self, vals):
        """See ``rating.rating``; what was another's rating must not become a ticket's.

        Helpdesk's administrators say of a ticket's rating that it counts inside only.
        """
        ratings = self
        if vals.keys() == {'is_internal'} and self._may_set_internal():
            # sudo: rating.rating - this one value, of ratings that the administrator sees
            ratings = in_plain_context(self.sudo())
        res = super(RatingRating, ratings).write(vals)
        if TARGETS & vals.keys():
            self.check_access('write')
        return res

    @api.depends_context('uid')
    def _compute_helpdesk_lite_is_manager(self):
        self.helpdesk_lite_is_manager = self.env.user.has_group(
            'helpdesk_lite.group_helpdesk_lite_manager')

    def _may_set_internal(self):
        """Whether all of them are tickets' ratings, which an administrator of Helpdesk sees."""
        return (self._filter_ours() == self and self.has_access('read')
                and self.env.user.has_group('helpdesk_lite.group_helpdesk_lite_manager'))
