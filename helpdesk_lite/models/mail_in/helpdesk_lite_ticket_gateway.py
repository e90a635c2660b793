import contextlib
import logging

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import MissingError
from odoo.fields import Command, Domain
from odoo.tools import formataddr
from odoo.tools.mail import email_split, email_split_tuples
from odoo.tools.misc import clean_context

from ...tools.incoming_mail import IncomingMail
from ...tools.mail_verdict import NEW
from ...tools.savepoint import attempt

_logger = logging.getLogger(__name__)


class HelpdeskLiteTicket(models.Model):
    """Make tickets of mails, and take answers to them."""

    _inherit = 'helpdesk.lite.ticket'

    @api.model
    @api.private
    def message_new(self, msg_dict, custom_values=None):
        """Make a ticket of a mail; see ``mail.thread.message_new``.

        The sender is the customer: matched by address among the contacts that the team's company
        may use, else made; but never made for automatic mail. What the alias gives tickets and
        isn't valid any more is left out, and the team told so: no mail is lost for that.
        """
        mail = self._get_incoming_mail() or self._open_parsed_mail(msg_dict)
        self = self.with_context(helpdesk_lite_mail=mail)  # noqa: PLW0642 (Odoo's idiom)
        team = self._get_mail_team(custom_values or {})
        values, unusable = self._clean_defaults(custom_values or {}, team)
        values.setdefault('name', (msg_dict.get('subject') or '').strip())
        customer = self._find_sender(msg_dict, team)
        msg_dict['author_id'] = customer.id
        values.update(team_id=team.id, **self._read_recipients(mail, msg_dict, customer))
        if quoted_id := mail.quoted.get(team.id):
            values['quoted_ticket_id'] = quoted_id
        # defaults of the caller's context would be values that nobody looked at
        env = self.env(context=clean_context(self.env.context))
        self = self.with_env(env).with_company(team.company_id).with_context(  # noqa: PLW0642
            default_user_id=False)
        parsed = {**msg_dict, 'email_from': False} if values.get('offered_email') else msg_dict
        ticket, failing = self._try_defaults(super().message_new, parsed, values)
        ticket._log_unusable_defaults([*unusable, *failing])
        ticket._subscribe_cc(msg_dict.get('cc'))
        ticket._limit_stage_mails()
        if mail.machine or mail.silent or values.get('offered_email'):
            ticket._mute_stages()
        return ticket

    @api.model
    def _open_parsed_mail(self, msg_dict):
        """Return what is known of a mail that another program hands over parsed.

        :rtype: IncomingMail
        """
        def read(name):
            return [(found, self._normalize(address))
                    for found, address in email_split_tuples(msg_dict.get(name) or '')]
        return IncomingMail(
            sender=(read('email_from') or [('', '')])[0], to=read('to'), cc=read('cc'),
            verdict=NEW)

    @api.model
    def _read_recipients(self, mail, msg_dict, customer):
        """Tell who is the customer, who is offered as such, and who is in Cc.

        :return: values of the ticket; `msg_dict` gets the Cc
        """
        others = self._get_others_in_mail(mail)
        offered = (self._get_offered_customer(mail, others)
                   or self._get_forwarded_customer(mail, msg_dict))
        msg_dict['cc'] = ', '.join(formataddr(other) for other in others if other != offered)
        if offered:
            return {'partner_id': False, 'partner_email': False,
                    'offered_email': formataddr(offered)}
        return {'partner_id': customer.id}

    def _message_compute_parent_id(self, parent_id):
        """Look for no message that the mail answers which makes a ticket."""
        if (self._is_made_by_mail()
                and not self.env.context.get('helpdesk_lite_only_partner_id')):  # a stage's
            return False
        return super()._message_compute_parent_id(parent_id)

    # ------------------------------------------------------------------
    # What an alias gives new tickets
    # ------------------------------------------------------------------

    @api.model
    def _get_mail_team(self, defaults):
        """Return the team that an alias names, or any other where it is gone."""
        Team = self.env['helpdesk.lite.team']
        team_id = defaults.get('team_id')
        team = Team.browse(team_id if isinstance(team_id, int) else None)
        with contextlib.suppress(MissingError):  # what is read here is needed anyway
            if team.company_id:
                return team
        return self._default_team_id() or Team.search([], limit=1)

    @api.model
    def _clean_defaults(self, defaults, team):
        """Tell the values of an alias that can be used from those that can't (any more).

        :param dict defaults: the values of the alias
        :param team: the team that the ticket will be one of
        :return: ``(values, names of fields that were left out)``
        """
        values, unusable = {}, []
        for name, value in defaults.items():
            if name == 'team_id':
                clean = team.id
            elif not value or name == 'partner_id':  # the customer is the sender
                clean = value
            else:
                clean = self._attempt(lambda name=name, value=value: self._clean_default(
                    self._fields.get(name), value, team))
            if clean is not None:
                values[name] = clean
            if clean != value:
                unusable.append(name)
        return values, unusable

    @api.model
    def _clean_default(self, field, value, team):
        """Return what can be used of an alias's value for a field, or None.

        :param field: the field, or None where there is none of that name
        """
        if not field or not self._is_mail_value(field.name):
            return None
        if field.name == 'stage_id':
            return value if value in team.stage_ids.ids else None
        if field.name == 'user_id':
            Users = self.env['res.users']
            agents = Users._get_helpdesk_lite_domain() & Domain(
                'company_ids', 'in', team.company_id.ids)
            return value if Users.search(agents & Domain('id', '=', value)) else None
        if field.type == 'many2one':
            return value if self.env[field.comodel_name].browse(value).exists() else None
        if field.type == 'many2many':
            ids = self._get_linked_ids(value)
            if ids is None:
                return None
            left = self.env[field.comodel_name].browse(ids).exists().ids
            return value if set(left) == set(ids) else [Command.set(left)]
        if field.type == 'selection':
            return value if value in field.get_values(self.env) else None
        return None if isinstance(value, (dict, list, tuple, set)) else value

    @api.model
    def _try_defaults(self, make, msg_dict, values):
        """Make a ticket of a mail, without what its alias gives it where that fails.

        :param make: the method that makes it, see ``message_new``
        :return: ``(ticket, names of fields that were left out)``
        """
        own = {name: values[name] for name in (
            'name', 'team_id', 'partner_id', 'partner_email', 'offered_email', 'quoted_ticket_id')
            if name in values}
        if values.keys() == own.keys():
            return make(msg_dict, custom_values=values), []
        if ticket := self._attempt(lambda: make(msg_dict, custom_values=values)):
            return ticket, []
        return make(msg_dict, custom_values=own), sorted(values.keys() - own.keys())

    @api.model
    def _attempt(self, work):
        """Return ``work()``, or None where the values of an alias make it fail."""
        with attempt(self.env) as outcome:
            return work()
        _logger.info("Values of an alias can't be used: %s", outcome.error)
        return None

    def _log_unusable_defaults(self, names):
        """Tell the team which values of the alias were left out, in the log."""
        if not names:
            return
        log = self._in_log_language()
        labels = [self._fields[name]._description_string(log) if name in self._fields
                  else name for name in names]
        self._message_log(
            body=Markup('<p>%s</p>') % log._(
                "The e-mail came in, but values that the team's address gives new tickets can't "
                'be used (any more) and were left out: %s. An administrator can correct them in '
                'the "Default Values" of the alias.', ', '.join(labels)),
            author_id=self.env['ir.model.data']._xmlid_to_res_id('base.partner_root'))

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    @api.private
    def message_update(self, msg_dict, update_vals=None):
        """Take an answer to a ticket; see ``mail.thread.message_update``.

        :param update_vals: not used: an answer changes no value of the ticket
        """
        mail = self._get_incoming_mail()
        if not mail or not mail.verdict.keep_cc:
            msg_dict['cc'] = ''
        res = super().message_update(msg_dict)
        for ticket in self:
            msg_dict['author_id'] = ticket._find_author(msg_dict.get('email_from')).id
        return res

    def _find_author(self, email_from):
        """Return the contact who answers: the customer, a follower, or whom else the company knows.

        Odoo would also take a contact of another company that has the same address.
        """
        self.ensure_one()
        address = self._normalize(email_from)
        if not address:
            return self.env['res.partner']
        mail = self._get_incoming_mail()
        if mail and mail.proven_user_id and self._is_proven(mail):  # of several with one mailbox
            return self.env['res.users'].browse(mail.proven_user_id).partner_id
        ticket = self.sudo()  # sudo: res.partner - compares addresses, shows nothing
        known = (ticket.partner_id | ticket.message_partner_ids).filtered(
            lambda partner: partner.email_normalized == address and partner._is_email_believed())
        if known:
            return known.sorted(lambda partner: not partner.user_ids)[:1]
        return self._find_customers([address], ticket.company_id).get(address, known)

    @api.model
    def _mail_cc_sanitized_raw_dict(self, cc_string):
        """Leave out what is no address, and the desk's own ones; see ``mail.thread.cc``."""
        found = {key: raw for key, raw in super()._mail_cc_sanitized_raw_dict(cc_string).items()
                 if key}
        if not found:
            return found
        own = self._find_own_addresses(list(found))
        return {key: raw for key, raw in found.items() if key not in own}

    @api.model
    def _find_sender(self, msg_dict, team):
        """Return the contact of a mail's sender, made if need be.

        :return: ``res.partner``, empty for automatic mail of nobody known and for the desk's own
            addresses
        """
        address = self._normalize(msg_dict.get('email_from'))
        if not address:
            return self.env['res.partner']
        if self._is_automatic():
            found = self._find_customers([address], team.company_id)
        else:
            name = next((n for n, _a in email_split_tuples(msg_dict['email_from'])), '')
            found = self._find_or_make_customers({address: (name, None)}, team.company_id)
        return found.get(address, self.env['res.partner'])

    def _subscribe_cc(self, text):
        """Make known contacts of a Cc followers.

        In a private team they may be no internal users: else whoever writes a mail could invite
        them. They stay in ``email_cc``.
        """
        self.ensure_one()
        ticket = self.sudo()  # sudo: helpdesk.lite.team - visibility and company of the own team
        addresses = [a for a in map(self._normalize, email_split(text or '')) if a]
        if not addresses:
            return
        found = self._find_customers(addresses, ticket.company_id)
        # sudo: res.partner - whether they are users, to decide who follows
        partners = self.env['res.partner'].union(*found.values()).sudo()
        if ticket.team_id.privacy_visibility == 'invited_internal':
            partners = partners.filtered('partner_share')
        if partners:
            ticket._message_subscribe(partners.ids)

    def _has_correspondent(self, address, through_merge=True):
        """Whether mails from this normalised address belong to the ticket.

        Whoever has to do with the ticket that stays has to do with those merged into it.

        :param bool through_merge: False asks for this ticket's own people alone
        """
        self.ensure_one()
        known = {self.email_normalized, self.partner_id.email_normalized}
        known.update(self._mail_cc_sanitized_raw_dict(self.email_cc))
        known.update(self.message_partner_ids.mapped('email_normalized'))
        known.update(self.user_id.partner_id.mapped('email_normalized'))
        return address in known or (
            through_merge and bool(self.merged_into_id)
            and self._get_merge_target()._has_correspondent(address))
