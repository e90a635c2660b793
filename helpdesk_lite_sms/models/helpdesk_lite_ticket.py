import logging

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import clean_context

from odoo.addons.helpdesk_lite.tools import answer_times
from odoo.addons.helpdesk_lite.tools.savepoint import attempt
from odoo.addons.sms.tools.sms_tools import sms_content_to_rendered_html

_logger = logging.getLogger(__name__)

WAITING = 'helpdesk_lite_sms.waiting'


class HelpdeskLiteTicket(models.Model):
    """Stages that text the customer, under the rules of the stages' e-mails."""

    _inherit = 'helpdesk.lite.ticket'

    # ------------------------------------------------------------------
    # Numbers
    # ------------------------------------------------------------------

    @api.model
    def _phone_get_number_fields(self):
        return ['partner_phone']

    def _phone_get_country(self):
        """The customer's country, else the one of the ticket's company; see phone_validation."""
        countries = super()._phone_get_country()
        for ticket in self.sudo():  # sudo: res.company - the country of the ticket's own company
            if ticket.id not in countries and ticket.company_id.country_id:
                countries[ticket.id] = ticket.company_id.country_id
        return countries

    def _get_sms_number(self):
        """The number to text: the ticket's, else its customer's.

        :return: ``(number, known)``: the number as E.164, or False where it isn't a valid one,
            and the number as it is known, or False
        """
        self.ensure_one()
        # sudo: res.partner - the customer of the user's own ticket
        ticket = self.sudo().with_company(self.sudo().company_id)
        known = (ticket.partner_phone or ticket.partner_id.phone or '').strip()
        return (ticket._phone_format(number=known) if known else False), known or False

    @api.model
    def _is_written_by_person(self, msg_values):
        """An SMS that an agent writes is a message of theirs; those of stages aren't posted."""
        if msg_values.get('message_type') == 'sms':
            return not self.env.user._is_superuser()
        return super()._is_written_by_person(msg_values)

    def _get_side(self, values):
        """An SMS that an employee sends answers the customer, who doesn't read it on the portal.

        What stages send is logged as internal, and is no answer.
        """
        if values.get('message_type') == 'sms':
            answers = not values.get('is_internal') and self._is_written_by_person(values)
            return answers and self._is_employee(values.get('author_id')) and answer_times.PHONE
        return super()._get_side(values)

    # ------------------------------------------------------------------
    # Stage SMS
    # ------------------------------------------------------------------

    def _send_by_stage(self):  # pylint: disable=missing-return
        """Send an SMS, too, where the template of a stage is mailed."""
        super()._send_by_stage()
        # sudo: helpdesk.lite.stage - what a move sends doesn't depend on who moves
        if self.sudo().stage_id.sms_template_id:
            self.sudo()._await_stage_sms()

    def _await_stage_sms(self):
        """Remember that SMS are due, and make them set-wise at the end of the transaction.

        Tracking looks at ticket by ticket, each in a hook of its own where they are new.
        """
        precommit = self.env.cr.precommit
        waiting = precommit.data.setdefault(WAITING, {})
        if not waiting:
            precommit.add(self.browse()._send_waiting_stage_sms)
        waiting[self.env.uid] = waiting.get(self.env.uid, self.browse()) | self

    def _send_waiting_stage_sms(self):
        """Queue the SMS of the stages that tickets were moved to or created in."""
        for tickets in self.env.cr.precommit.data.pop(WAITING, {}).values():
            tickets = tickets.exists()._fallback_lang()
            tickets = tickets.with_context(clean_context(tickets.env.context))
            for template, batch in tickets.grouped(lambda t: t.stage_id.sms_template_id).items():
                if template:
                    batch._send_stage_sms(template)

    def _send_stage_sms(self, template):
        """Queue an SMS for each of the tickets that has a valid number; log why for the others."""
        numbers, problems = {}, {}
        known = {ticket: ticket._get_sms_number() for ticket in self}
        blocked = self._get_blocked_numbers([number for number, _known in known.values()])
        for ticket, (number, text) in known.items():
            if number and number not in blocked:
                numbers[ticket.id] = number
            else:
                problems[ticket.id] = ticket._get_number_problem(number, text)
        if problems:
            self.browse(problems)._message_log_batch(
                bodies={id_: Markup('<p>%s</p>') % text for id_, text in problems.items()})
        self.browse(numbers)._try_queue_sms(template, numbers)

    @api.model
    def _get_blocked_numbers(self, numbers):
        """Those of the numbers whose owners want no SMS."""
        blacklist = self.env['phone.blacklist'].search_fetch(
            [('number', 'in', [number for number in numbers if number])], ['number'])
        return set(blacklist.mapped('number'))

    def _get_number_problem(self, number, known):
        """Say in a sentence why the ticket's number can't be texted; see `_get_sms_number`."""
        log = self._in_log_language()
        stage = self.with_env(log).stage_id.name
        if number:
            return log._(
                'No SMS was sent for the stage "%(stage)s": the number %(number)s is on the list '
                'of blocked numbers.', stage=stage, number=number)
        if known:
            return log._(
                'No SMS was sent for the stage "%(stage)s": "%(number)s" is not a valid phone '
                'number. Correct it, or add the country code, as in +32 470 12 34 56.',
                stage=stage, number=known)
        return log._(
            'No SMS was sent for the stage "%(stage)s": neither the ticket nor its customer has '
            'a phone number.', stage=stage)

    def _try_queue_sms(self, template, numbers):
        """Queue SMS without costing the move; where a template fails on one ticket, log it there.

        All in one go, and only if that fails ticket by ticket.
        """
        if not self:
            return
        with attempt(self.env) as outcome:
            self._queue_sms(template, numbers)
        if outcome.error and len(self) > 1:
            for ticket in self:
                ticket._try_queue_sms(template, numbers)
        elif outcome.error:
            _logger.warning(
                'SMS template %s fails on ticket %s: %s', template.id, self.id, outcome.error)
            log = self._in_log_language()
            self._message_log(body=Markup('<p>%s</p>') % log._(
                'The SMS of the stage "%(stage)s" could not be made from the template '
                '"%(template)s": %(error)s', stage=self.with_env(log).stage_id.name,
                template=template.with_context(lang=log.lang).name, error=outcome.reason))

    def _queue_sms(self, template, numbers):
        """Put an SMS per ticket into Odoo's queue, and show it in the ticket's log.

        :param template: ``sms.template``, rendered in the customer's language
        :param dict numbers: ``{ticket id: number as E.164}``
        :raise UserError: if the text of any is empty
        """
        bodies = template._render_field('body', self.ids, compute_lang=True)
        if not all(body.strip() for body in bodies.values()):
            raise UserError(self._in_log_language()._('The text is empty.'))
        messages = self._message_log_batch(
            bodies={id_: sms_content_to_rendered_html(body) for id_, body in bodies.items()},
            message_type='sms')
        self.env['sms.sms'].create([
            {
                'body': bodies[ticket.id], 'number': numbers[ticket.id],
                'partner_id': ticket.partner_id.id, 'mail_message_id': message.id,
            } for ticket, message in zip(self, messages, strict=True)
        ])._show_on_tickets()
