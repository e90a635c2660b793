from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged, users

from .common import HelpdeskLiteSmsCommon


@tagged('post_install', '-at_install')
class TestSmsAccess(HelpdeskLiteSmsCommon):
    """Administrators of Helpdesk edit the templates of tickets and of nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Odoo's mocks of mail let every employee edit every template
        cls.env.ref('base.group_user').implied_ids -= cls.env.ref(
            'mail.group_mail_template_editor')
        cls.foreign_template = cls.make_sms_template(
            'Hello', model_id=cls.env['ir.model']._get_id('res.partner'))

    @users('hdl_manager')
    def test_administrator_makes_edits_and_deletes(self):
        template = self.env['sms.template'].create({
            'name': 'Mine', 'model_id': self.ticket_model.id, 'body': 'Hi {{ object.name }}'})
        template.body = 'Bye {{ object.name }}'
        copy = template.copy()
        self.assertEqual(copy.body, template.body)
        (template + copy).unlink()

    @users('hdl_manager')
    def test_administrator_makes_a_template_in_place(self):
        """What the field's dialog does: the model is preset, and needs no right of its own."""
        arch = etree.fromstring(self.env['helpdesk.lite.stage'].get_view(view_type='form')['arch'])
        [field] = arch.xpath("//field[@name='sms_template_id']")
        self.assertIn("'default_model': 'helpdesk.lite.ticket'", field.get('context'))
        self.assertEqual(field.get('can_create'), 'True')
        self.assertEqual(field.get('can_write'), 'True')
        form = Form(self.env['sms.template'].with_context(default_model='helpdesk.lite.ticket'))
        form.name = 'In place'
        form.body = 'Hello {{ object.partner_name }}'
        template = form.save()
        self.assertEqual(template.model, 'helpdesk.lite.ticket')
        stage = self.stage_solved.with_user(self.manager)
        with Form(stage) as stage_form:
            stage_form.sms_template_id = template
        self.assertEqual(stage.sms_template_id, template)
        with Form(template) as form:
            form.body = 'Changed'
        self.assertEqual(template.body, 'Changed')

    @users('hdl_manager')
    def test_administrator_edits_the_templates_as_shipped(self):
        """They hold plain values only; code would ask for the right to edit all templates."""
        for name in ('sms_template_ticket_received', 'sms_template_ticket_closed'):
            template = self.env.ref(f'helpdesk_lite_sms.{name}')
            template.body = f'{template.body} Your {{{{ object.team_name }}}}'
        with self.assertRaises(AccessError):
            template.body = '{{ object.env.user.sudo().login }}'

    @users('hdl_manager')
    def test_administrator_edits_no_other_model(self):
        template = self.foreign_template.with_env(self.env)
        self.assertEqual(template.body, 'Hello')
        with self.assertRaises(AccessError):
            template.body = 'Changed'
        with self.assertRaises(AccessError):
            template.unlink()
        with self.assertRaises(AccessError):
            self.env['sms.template'].create({
                'name': 'Other', 'model_id': self.foreign_template.model_id.id, 'body': 'x'})

    @users('hdl_manager')
    def test_administrator_gives_no_template_to_another_model(self):
        template = self.sms_template.with_env(self.env)
        with self.assertRaises(AccessError):
            template.model_id = self.foreign_template.model_id.id

    @users('hdl_agent', 'hdl_employee')
    def test_others_edit_none(self):
        for template in (self.sms_template + self.foreign_template).with_env(self.env):
            with self.assertRaises(AccessError):
                template.body = 'Changed'
            with self.assertRaises(AccessError):
                template.unlink()
        with self.assertRaises(AccessError):
            self.env['sms.template'].create({
                'name': 'Other', 'model_id': self.ticket_model.id, 'body': 'x'})
        with self.assertRaises(AccessError):
            self.stage_solved.with_env(self.env).sms_template_id = self.sms_template

    @users('hdl_agent')
    def test_user_sees_the_template_of_a_stage(self):
        stage = self.stage_progress.with_env(self.env)
        self.assertEqual(stage.sms_template_id.display_name, self.sms_template.name)

    @users('hdl_portal')
    def test_portal_reads_none(self):
        with self.assertRaises(AccessError):
            self.sms_template.with_env(self.env).read(['body'])
