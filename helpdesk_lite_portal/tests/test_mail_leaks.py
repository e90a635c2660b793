from odoo.tests import tagged

from odoo.addons.helpdesk_lite.tests.test_mail_lives import CUSTOMER, LifeCommon

SECRET = 'Zanzibar'


@tagged('post_install', '-at_install')
class TestWhatCustomersReadAfterwards(LifeCommon):
    """Mails that were once published wrongly: what each customer can read after each of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer_user = cls.make_user(
            'carla', 'base.group_portal', partner_id=cls.customer.id, email=CUSTOMER)
        cls.victim = cls.portal.partner_id

    def assert_secret_kept(self, *users):
        """Neither by the tickets nor by their messages, and no mail has it."""
        self.env.flush_all()
        self.env.invalidate_all()
        for user in (self.customer_user, self.portal, *users):
            with self.subTest(user=user.login):
                tickets = self.env['helpdesk.lite.ticket'].with_user(user).search([])
                texts = [str(ticket.description) for ticket in tickets]
                texts += self.env['mail.message'].with_user(user).search(
                    [('model', '=', tickets._name)]).mapped('body')
                self.assertNotIn(SECRET, ' '.join(map(str, texts)))
        for mail in self._mails:
            outside = [to for to in mail['email_to'] if 'staff.example.com' not in to]
            self.assertFalse(outside and SECRET in mail['body'], outside)

    def test_agent_forwards_to_a_private_team(self):
        private = self.team_private.alias_email
        mark = f'Fwd: [{self.ticket.ticket_ref}]'
        self.answer(self.mail_of_customer[self.ann.email], self.ann.email, SECRET, to=private)
        self.assert_secret_kept()
        self.mail(sender=self.ann.email, to=private, subject=mark, body=SECRET)
        self.assert_secret_kept()

    def test_answer_meant_for_the_private_teams_ticket(self):
        made = self.mail(to=f'{self.address}, {self.team_private.alias_email}')
        first = self.get_last(made[:1]).message_id
        private = made.filtered(lambda ticket: ticket.team_id == self.team_private)
        self.follow(private, self.ben)
        told = self.post(self.manager, 'Ask him', ticket=private,
                         partner_ids=self.ben.partner_id.ids)[self.ben.email]
        self.answer(told, self.ben.email, SECRET)
        self.assertIn(SECRET, ' '.join(private.message_ids.mapped('body')))
        self.mail(sender=self.ben.email, to=self.team_private.alias_email, body=SECRET,
                  In_Reply_To=first)
        self.assert_secret_kept()

    def test_out_of_office_of_an_agent(self):
        self.answer(self.mail_of_customer[self.ann.email], self.ann.email, SECRET,
                    Auto_Submitted='auto-replied')
        self.assert_secret_kept()

    def test_forged_reference_with_a_customer_in_cc(self):
        """The one in Cc reads neither the forged mail nor what was written before."""
        self.ticket.message_post(
            body=SECRET, message_type='comment', subtype_xmlid='mail.mt_comment')
        self.mail(sender=self.ann.email, subject=f'[{self.ticket.ticket_ref}]',
                  Cc=self.portal.email, body='Forged')
        tickets = self.env['helpdesk.lite.ticket'].with_user(self.portal).search([])
        self.assertNotIn(self.ticket, tickets)
        self.assertFalse(self.sent_to(self.portal.email))
        self.assertFalse(self.sent_to(CUSTOMER), 'nor the customer a forged text')

    def test_answer_to_a_note_without_headers(self):
        note = self.post(self.ben, 'He is angry', partner_ids=self.ann.partner_id.ids,
                         message_type='comment', subtype_xmlid='mail.mt_note')
        self.answer(note[self.ann.email], self.ann.email, SECRET,
                    drop=('In_Reply_To', 'References'))
        self.assert_secret_kept()

    def test_address_that_somebody_typed_into_their_profile(self):
        """It wins nothing: the next mail of its owner is the owner's."""
        self.portal.partner_id.with_user(self.portal).sudo().email = 'owner@x.example.org'
        ticket = self.mail(sender='Olga Owner <owner@x.example.org>', body=SECRET)
        self.assertEqual(len(ticket), 1)
        self.assertNotEqual(ticket.partner_id, self.portal.partner_id)
        self.assert_secret_kept()
