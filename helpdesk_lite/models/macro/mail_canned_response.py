from odoo import api, fields, models
from odoo.fields import Domain

USER = 'helpdesk_lite.group_helpdesk_lite_user'


class MailCannedResponse(models.Model):
    """Canned responses of Helpdesk: some are shipped, its administrators keep the shared ones."""

    _inherit = 'mail.canned.response'

    is_helpdesk_lite = fields.Boolean(
        compute='_compute_is_helpdesk_lite', search='_search_is_helpdesk_lite',
        export_string_translation=False,
        help="Technical: it is shared with Helpdesk's users, and with nobody else.")

    def _get_helpdesk_lite_group_ids(self):
        Users = self.env['res.users']
        return [Users._get_helpdesk_lite_group_id(name) for name in ('user', 'manager')]

    @api.depends('group_ids')
    def _compute_is_helpdesk_lite(self):
        own = set(self._get_helpdesk_lite_group_ids())
        for response in self:
            response.is_helpdesk_lite = bool(response.group_ids) and (
                own >= set(response.group_ids.ids))

    def _search_is_helpdesk_lite(self, operator, value):
        if operator != 'in':
            return NotImplemented
        own = self._get_helpdesk_lite_group_ids()
        shared = Domain('group_ids', 'in', own) & ~Domain(
            'group_ids', 'any', [('id', 'not in', own)])
        return shared if True in value else ~shared

    @api.model
    def _make_helpdesk_lite_responses(self):
        """Make what is shipped in the company's language: responses can't be translated.

        Those that are there already stay as they are.
        """
        company = self.env.ref('base.main_company', raise_if_not_found=False) or self.env.company
        env = self.with_context(lang=company.partner_id.lang or self.env.lang).env
        group = self.env.ref(USER)
        return self._load_records([
            {'xml_id': f'helpdesk_lite.canned_response_{name}', 'noupdate': True,
             'values': {'source': source, 'substitution': text, 'group_ids': group.ids}}
            for name, source, text in (
                ('thanks', env._('thanks'), env._(
                    'Thank you for your message. We are looking into it and will come back to '
                    'you as soon as we know more.')),
                ('details', env._('details'), env._(
                    'To find out what happens, we need to know more: what did you do, what did '
                    'you expect, and what did you see instead? A screenshot helps.')),
                ('solved', env._('solved'), env._(
                    'We are glad that it works again. If anything else comes up, simply answer '
                    'this message.')),
            )], update=True)
