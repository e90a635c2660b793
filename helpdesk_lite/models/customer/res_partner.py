from odoo import api, fields, models
from odoo.tools import email_normalize


class ResPartner(models.Model):
    """Tell checked addresses from claimed ones, and repair tickets that lose a contact.

    An address that somebody typed into their own profile is a claim. Customers with an account
    change their address and those of their company's contacts by themselves (My Account), to
    whatever they like. The mails of its real owner aren't theirs.
    """

    _inherit = 'res.partner'

    helpdesk_lite_email_claimed = fields.Boolean(
        copy=False, readonly=True, groups=fields.NO_ACCESS, export_string_translation=False,
        help='Technical: the address was last written by a customer in the portal, or by an '
             'employee in their own profile. Nobody has checked it.')

    # each mail and each form looks for its sender; Odoo itself asks three times a mail
    _helpdesk_lite_email_idx = models.Index(
        '(email_normalized) WHERE email_normalized IS NOT NULL')

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        user = self.env.user
        if user.share and not user._is_public():
            partners._note_claimed_emails({partner.id: False for partner in partners})
        return partners

    def write(self, vals):
        losses = self.env['helpdesk.lite.ticket']._get_losses(self.filtered('active')) \
            if vals.get('active', True) is False else ()
        # sudo: res.partner - compares the addresses before and after
        before = {partner.id: partner.email_normalized for partner in self.sudo()} \
            if 'email' in vals else {}
        res = super().write(vals)
        if before:
            self._note_claimed_emails(before)
        if losses:
            self.env['helpdesk.lite.ticket']._make_up_for(losses)
        return res

    def unlink(self):
        losses = self.env['helpdesk.lite.ticket']._get_losses(self)
        res = super().unlink()
        if losses:
            self.env['helpdesk.lite.ticket'].invalidate_model(['partner_id'])
            self.env['helpdesk.lite.ticket']._make_up_for(losses)
        return res

    def _note_claimed_emails(self, before):
        """Note who wrote the addresses: an employee of others, or somebody of themselves.

        :param dict before: ``{partner id: normalised address}``; whoever saves their profile as it
            is claims nothing
        """
        partners = self.sudo()  # sudo: res.partner - a field of the system's own
        claimed = partners.filtered(lambda partner: self._is_claim_on(partner) and (
            partner.email_normalized or False) != (before[partner.id] or False))
        kept = partners.filtered(self._is_claim_on) - claimed
        checked = (partners - claimed - kept).filtered('helpdesk_lite_email_claimed')
        if claimed:
            claimed.helpdesk_lite_email_claimed = True
        if checked:
            checked.helpdesk_lite_email_claimed = False

    @api.model
    def _is_claim_on(self, partner):
        """Whether who writes an address just claims it: for lack of a right to check it."""
        user = self.env.user
        if not user._is_internal():
            return True
        return (partner == user.partner_id and not user._is_superuser()
                and not user.has_group('base.group_erp_manager'))

    def _is_email_believed(self):
        """Whether the address is this contact's: checked, or by which they log in.

        :rtype: bool
        """
        self.ensure_one()
        partner = self.sudo()  # sudo: res.partner - a field of the system's own
        return not partner.helpdesk_lite_email_claimed or any(
            email_normalize(user.login, strict=False) == partner.email_normalized
            for user in partner.user_ids)
