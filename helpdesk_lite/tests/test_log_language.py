from contextlib import contextmanager
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .merge_common import MergeCommon

BROKEN = '<div><p><t t-out="1 / 0"/></p></div>'
LOGGER = 'odoo.addons.helpdesk_lite'


@tagged('post_install', '-at_install')
class TestLogLanguage(MergeCommon):
    """Whatever the system logs or plans is in the language of the company, whoever set it off.

    The company's is Korean; the agent, the customer and the account that takes mail in have
    English.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['res.lang']._activate_lang('ko_KR')
        cls.company.partner_id.lang = 'ko_KR'
        (cls.agent + cls.manager + cls.portal).lang = 'en_US'
        cls.startClassPatcher(patch.object(  # who breaks a template later isn't stopped, either
            type(cls.env['mail.template']), '_check_can_be_rendered', lambda *args, **kwargs: None))
        cls.template = cls.env['mail.template'].create({
            'name': 'Broken', 'subject': 'Broken', 'body_html': BROKEN,
            'model_id': cls.env['ir.model']._get_id('helpdesk.lite.ticket')})
        cls.members = cls.make_user('anna', tz='UTC')
        cls.desk = cls.make_team(name='Desk', auto_assignment=True, member_ids=[
            Command.set(cls.members.ids)])

    # ------------------------------------------------------------------
    # What is set off, by the agent
    # ------------------------------------------------------------------

    def make(self, count=1, team=None, **values):
        return self.env['helpdesk.lite.ticket'].with_user(self.agent).create([{
            'name': 'x', 'team_id': (team or self.team).id, **values}] * count)

    def create_for_nobody(self):
        self.members.active = False
        self.make(team=self.desk)

    def move(self):
        self.stage_progress.template_id = self.template
        with self.assertLogs(LOGGER, 'WARNING'):
            self.stay.with_user(self.agent).stage_id = self.stage_progress
            self.flush_tracking()

    def move_without_text(self):
        self.template.body_html = False
        self.stage_progress.template_id = self.template
        self.stay.with_user(self.agent).stage_id = self.stage_progress

    def use_mail(self, work):
        """What an agent makes of a mail that became a note."""
        note = self.stay.message_post(
            body='Text', message_type='email', is_internal=True, email_from='nora@x.example.org',
            author_id=False, subtype_xmlid='mail.mt_comment')
        note.helpdesk_lite_mail_status = 'stranger'
        getattr(self.stay.with_user(self.agent), work)(note.with_user(self.agent))

    def merge_and_tell(self):
        self.env.ref('helpdesk_lite.mail_template_ticket_merged').body_html = BROKEN
        with self.assertLogs(LOGGER, 'WARNING'):
            self.merge(self.dup, self.stay)

    def merge_and_undo(self):
        self.merge(self.dup, self.stay)
        self.unmerge(self.dup)

    def answer_apart(self):
        """A customer whose ticket was merged into another one's, and whom nobody listens to."""
        foreign = self.make_ticket(name='Printer jam', partner_id=self.portal.partner_id.id)
        self.merge(foreign, self.stay)
        self.answer(foreign)

    def answer(self, ticket):
        ticket.with_user(self.portal).message_post(
            body='Hello?', message_type='comment', subtype_xmlid='mail.mt_comment')

    def answer_closed(self, policy):
        self.team.write({'reopen_policy': policy, 'reopen_day': 0})
        ticket = self.make_ticket(partner_id=self.portal.partner_id.id)
        ticket.stage_id = self.stage_solved
        self.flush_tracking()
        self.answer(ticket)

    def lose_watched_stage(self):
        team = self.make_team(
            name='Watching', auto_close_ticket=True, from_stage_ids=self.stage_progress.ids,
            to_stage_id=self.stage_solved.id)
        team.with_user(self.manager).stage_ids -= self.stage_progress

    # ------------------------------------------------------------------
    # What is read
    # ------------------------------------------------------------------

    def get_said(self, work):
        """What the system said meanwhile: its notes, and its activities' summaries."""
        self.flush_tracking()
        messages = self.env['mail.message'].search([]).ids
        activities = self.env['mail.activity'].search([]).ids
        work()
        self.flush_tracking()
        self.env.flush_all()
        notes = self.env['mail.message'].search([
            ('id', 'not in', messages), ('message_type', '=', 'notification'),
            ('model', 'like', 'helpdesk.lite.%')])
        planned = self.env['mail.activity'].search([('id', 'not in', activities)])
        return [*filter(None, notes.mapped('body')), *planned.mapped('summary')]

    @mute_logger('odoo.addons.mail.models.mail_render_mixin')
    def test_each_place(self):
        for place, count, work in (
            ('created', 1, lambda: self.make(partner_id=self.customer.id)),
            ('several created', 2, lambda: self.make(2, user_id=self.agent.id)),
            ('chosen', 2, lambda: self.make(team=self.desk)),
            ('several chosen', 2, lambda: self.make(2, team=self.desk)),
            ('broken template', 1, self.move),
            ('template without text', 1, self.move_without_text),
            ('made public', 1, lambda: self.use_mail('_publish_mail')),
            ('added to Cc', 1, lambda: self.use_mail('_add_sender_to_cc')),
            ('not automatic', 1, lambda: self.use_mail('_take_for_person')),
            ('merged', 2, lambda: self.merge(self.dup, self.stay)),
            ('unmerged', 4, self.merge_and_undo),
            ('broken notice', 3, self.merge_and_tell),
            ('answer apart', 3, self.answer_apart),
            ('reopened', 1, lambda: self.answer_closed('reopen')),
            ('follow-up', 3, lambda: self.answer_closed('new')),
            ('answer to a closed one', 1, lambda: self.answer_closed('notify')),
            ('nobody works', 2, self.create_for_nobody),
            ('watched stage lost', 1, self.lose_watched_stage),
        ):
            with self.subTest(place), self.undone(), self.mock_mail_gateway():
                said = self.get_said(work)
                self.assertGreaterEqual(len(said), count, said)
                for text in said:
                    self.assertRegex(text, '[가-힣]')

    @contextmanager
    def undone(self):
        """Each place begins with the same tickets."""
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            self.env.cr.precommit.clear()
            self.env.transaction.clear()
            savepoint.close(rollback=True)
