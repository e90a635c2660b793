from datetime import datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time
from odoo.tools import html2plaintext, mute_logger

from .common import HelpdeskLiteCommon


class TestPipeline(HelpdeskLiteCommon):
    """A ticket's stage is always one of its team's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign_stage = cls.env['helpdesk.lite.stage'].create({
            'name': 'Only there', 'sequence': 5, 'team_ids': cls.team_company.ids})

    def test_new_team_links_the_default_stages(self):
        team = self.env['helpdesk.lite.team'].with_user(self.manager).create({'name': 'New'})
        self.assertEqual(team.stage_ids.mapped('name'), [
            'New', 'In Progress', 'On Hold', 'Solved', 'Cancelled'])
        self.assertEqual(team.stage_ids.mapped('fold'), [False, False, False, True, True])
        self.assertEqual(team.stage_ids.template_id.name, 'Helpdesk: Request Acknowledgment')
        self.assertEqual(team.stage_ids[0].template_id, team.stage_ids.template_id)
        other = self.env['helpdesk.lite.team'].create({'name': 'Other'})
        self.assertEqual(other.stage_ids, team.stage_ids, 'linked, not copied')

    def test_new_team_without_what_was_deleted(self):
        self.env.ref('helpdesk_lite.stage_on_hold').unlink()
        self.env.ref('helpdesk_lite.stage_cancelled').active = False
        team = self.env['helpdesk.lite.team'].create({'name': 'New'})
        self.assertEqual(team.stage_ids.mapped('name'), ['New', 'In Progress', 'Solved'])

    def test_new_ticket_is_in_the_first_stage(self):
        self.assertEqual(self.make_ticket().stage_id, self.stage_new)
        self.assertEqual(
            self.make_ticket(stage_id=self.stage_progress.id).stage_id, self.stage_progress)
        in_context = self.env['helpdesk.lite.ticket'].with_context(
            default_stage_id=self.stage_progress.id, default_team_id=self.team.id)
        self.assertEqual(in_context.create({'name': 'x'}).stage_id, self.stage_progress)
        self.assertEqual(self.make_ticket(stage_id=False).stage_id, self.stage_new)

    def test_team_without_stage(self):
        team = self.make_team(stage_ids=False)
        ticket = self.make_ticket(team)
        self.assertFalse(ticket.stage_id)
        self.assertFalse(ticket.is_closed)
        ticket.priority = '1'
        self.assertFalse(team._get_closing_stage())

    def test_drag_to_a_foreign_stage_is_refused_with_names(self):
        ticket = self.make_ticket().with_user(self.agent)
        with self.assertRaises(ValidationError) as caught:
            ticket.stage_id = self.foreign_stage
        for text in ('Only there', self.team.name, 'Test New, Test Progress, Test Solved'):
            self.assertIn(text, str(caught.exception))
        with self.assertRaises(ValidationError):
            self.make_ticket(stage_id=self.foreign_stage.id)

    def test_emptied_stage_is_the_first(self):
        """A ticket without stage would be lost from the pipeline's sight."""
        ticket = self.make_ticket(stage_id=self.stage_progress.id)
        ticket.stage_id = False
        self.assertEqual(ticket.stage_id, self.stage_new)
        ticket.stage_id = False
        self.assertEqual(ticket.stage_id, self.stage_new)

    def test_no_team_is_refused(self):
        ticket = self.make_ticket().with_user(self.agent)
        with self.assertRaises(UserError):
            ticket.team_id = False
        self.assertEqual(ticket.team_id, self.team)

    def test_other_team_without_that_stage(self):
        ticket = self.make_ticket(self.team_company, stage_id=self.foreign_stage.id)
        ticket.with_user(self.agent).team_id = self.team
        self.assertEqual(ticket.stage_id, self.stage_new)

    def test_other_team_with_that_stage(self):
        ticket = self.make_ticket(self.team_company, stage_id=self.stage_progress.id)
        ticket.with_user(self.agent).team_id = self.team
        self.assertEqual(ticket.stage_id, self.stage_progress)

    def test_other_team_and_stage_at_once(self):
        ticket = self.make_ticket()
        ticket.write({'team_id': self.team_company.id, 'stage_id': self.foreign_stage.id})
        self.assertEqual(ticket.stage_id, self.foreign_stage)
        ticket.write({'team_id': self.team.id, 'stage_id': self.foreign_stage.id})
        self.assertEqual(ticket.stage_id, self.stage_new, 'the stage that it had is none there')
        with self.assertRaises(ValidationError):
            ticket.write({'team_id': self.team_private.id, 'stage_id': self.foreign_stage.id})

    def test_columns_of_the_kanban(self):
        Ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent)
        groups = Ticket.with_context(default_team_id=self.team.id).formatted_read_group(
            [('team_id', '=', self.team.id)], ['stage_id'], ['__count'])
        # the columns without ticket are added for views that ask for it
        columns = Ticket.with_context(default_team_id=self.team.id)._read_group_stage_ids(
            self.env['helpdesk.lite.stage'].with_user(self.agent), [])
        self.assertEqual(columns, self.stages)
        self.assertFalse(groups)
        everywhere = Ticket._read_group_stage_ids(
            self.env['helpdesk.lite.stage'].with_user(self.agent), [])
        self.assertIn(self.foreign_stage, everywhere, "All Tickets shows all teams' columns")

    def test_agents_get_fixed_columns(self):
        Ticket = self.env['helpdesk.lite.ticket']
        for user, expected in ((self.agent, 'false'), (self.manager, None)):
            arch, _view = Ticket.with_user(user)._get_view(view_type='kanban')
            self.assertEqual(arch.get('groups_draggable'), expected)

    def test_name_create_in_a_pipeline(self):
        """A column that is added belongs to that team, behind the others."""
        stage_id, _name = self.env['helpdesk.lite.stage'].with_user(self.manager).with_context(
            default_team_id=self.team.id).name_create('Waiting')
        stage = self.env['helpdesk.lite.stage'].browse(stage_id)
        self.assertEqual(stage.team_ids, self.team)
        self.assertEqual(self.team.stage_ids[-1], stage)

    def test_form_names_the_other_teams(self):
        stage = self.stage_new.with_user(self.manager)
        names = stage.with_context(default_team_id=self.team.id).shared_team_names
        self.assertIn(self.team_company.name, names)
        self.assertNotIn(self.team.name + ',', names + ',')
        self.assertFalse(self.foreign_stage.with_context(
            default_team_id=self.team_company.id).shared_team_names)

    def test_stage_with_tickets_isnt_lost(self):
        for ticket_vals in ({}, {'active': False}):
            ticket = self.make_ticket(stage_id=self.stage_progress.id, **ticket_vals)
            for work in (
                lambda: self.stage_progress.with_user(self.manager).unlink(),
                lambda: self.stage_progress.with_user(self.manager).write({'active': False}),
                lambda: self.stage_progress.with_user(self.manager).action_archive(),
                lambda: self.stage_progress.write({'team_ids': [Command.unlink(self.team.id)]}),
                lambda: self.team.write({'stage_ids': [Command.unlink(self.stage_progress.id)]}),
            ):
                with self.assertRaises(UserError) as caught:
                    work()
                self.assertIn('Test Progress', str(caught.exception))
                self.env.invalidate_all()
            ticket.unlink()
        self.team.stage_ids = [Command.unlink(self.stage_progress.id)]
        self.stage_progress.unlink()

    def test_stage_is_removed_from_another_team(self):
        self.make_ticket(stage_id=self.stage_progress.id)
        self.team_company.stage_ids = [Command.unlink(self.stage_progress.id)]
        self.assertIn(self.stage_progress, self.team.stage_ids)

    def test_team_with_tickets_isnt_deleted(self):
        ticket = self.make_ticket(active=False)
        with self.assertRaises(UserError):
            self.team.with_user(self.manager).unlink()
        ticket.unlink()
        self.team.with_user(self.manager).unlink()


class TestClosing(HelpdeskLiteCommon):
    """Folded means closed."""

    @freeze_time('2026-03-02 10:00:00')
    def test_moving_closes_and_opens(self):
        ticket = self.make_ticket()
        with freeze_time('2026-03-03 11:00:00'):
            ticket.with_user(self.agent).stage_id = self.stage_solved
        self.assertRecordValues(ticket, [{
            'is_closed': True, 'close_date': datetime(2026, 3, 3, 11),
            'date_last_stage_update': datetime(2026, 3, 3, 11),
            'last_activity_date': datetime(2026, 3, 3, 11), 'reopen_count': 0}])
        with freeze_time('2026-03-04 12:00:00'):
            ticket.with_user(self.agent).stage_id = self.stage_progress
        self.assertRecordValues(ticket, [{
            'is_closed': False, 'close_date': False, 'close_hours': 0, 'reopen_count': 1,
            'date_last_stage_update': datetime(2026, 3, 4, 12)}])

    def test_remembers_where_it_was_open(self):
        ticket = self.make_ticket(stage_id=self.stage_progress.id)
        ticket.stage_id = self.stage_solved
        self.assertEqual(ticket.reopen_stage_id, self.stage_progress)
        second = self.stage_solved.copy({'team_ids': [Command.set(self.team.ids)]})
        ticket.stage_id = second
        self.assertEqual(ticket.reopen_stage_id, self.stage_progress, 'from folded to folded')

    def test_moving_between_folded_stages_keeps_the_date(self):
        second = self.stage_solved.copy({'team_ids': [Command.set(self.team.ids)]})
        with freeze_time('2026-03-02 10:00:00'):
            ticket = self.make_ticket(stage_id=self.stage_solved.id)
        with freeze_time('2026-03-05 10:00:00'):
            ticket.stage_id = second
        self.assertEqual(ticket.close_date, datetime(2026, 3, 2, 10))

    def test_made_in_a_folded_stage(self):
        self.assertTrue(self.make_ticket(stage_id=self.stage_solved.id).close_date)

    def test_moving_to_a_team_whose_first_stage_is_folded(self):
        team = self.make_team(stage_ids=self.stage_solved.ids)
        ticket = self.make_ticket()
        ticket.team_id = team
        self.assertTrue(ticket.is_closed)

    def test_each_of_many_by_its_own_transition(self):
        opened, closed = self.make_ticket(), self.make_ticket(stage_id=self.stage_solved.id)
        with freeze_time('2026-03-05 10:00:00'):
            (opened + closed).stage_id = self.stage_solved
        self.assertEqual(opened.close_date, datetime(2026, 3, 5, 10))
        self.assertNotEqual(closed.close_date, datetime(2026, 3, 5, 10))

    def test_closing_is_in_the_log(self):
        ticket = self.make_ticket()
        self.env.cr.precommit.run()
        ticket.stage_id = self.stage_solved
        self.env.cr.precommit.run()
        tracked = ticket.message_ids[0].sudo().tracking_value_ids
        self.assertEqual(
            set(tracked.field_id.mapped('name')) & {'stage_id', 'is_closed'},
            {'stage_id', 'is_closed'})

    def test_merged_ticket_is_closed_in_an_open_stage(self):
        ticket, stays = self.make_ticket(), self.make_ticket()
        ticket.merged_into_id = stays
        self.assertTrue(ticket.is_closed)
        self.assertEqual(ticket.stage_id, self.stage_new)
        ticket.merged_into_id = False
        self.assertFalse(ticket.is_closed)


class TestFold(HelpdeskLiteCommon):
    """Changing `fold` closes or opens the stage's tickets by set-based SQL."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time('2026-03-02 10:00:00'):
            cls.tickets = cls.make_tickets(
                3, partner_id=cls.customer.id, stage_id=cls.stage_progress.id)
            cls.archived = cls.make_ticket(stage_id=cls.stage_progress.id, active=False)
            cls.there = cls.make_ticket(cls.other_team, stage_id=cls.stage_progress.id)
            cls.other = cls.make_ticket()
        cls.stage_progress.template_id = cls.env.ref(
            'helpdesk_lite.mail_template_request_acknowledgment')
        cls.env.cr.precommit.run()

    def test_fold_and_unfold(self):
        everything = self.tickets + self.archived + self.there
        messages = everything.message_ids
        mails = self.env['mail.mail'].search([])
        write_dates = everything.mapped('write_date')
        self.stage_progress.with_user(self.manager).fold = True
        self.env.cr.precommit.run()
        self.assertEqual(set(everything.mapped('is_closed')), {True})
        self.assertEqual(set(everything.mapped('close_date')), {datetime(2026, 3, 2, 10)})
        self.assertFalse(self.other.is_closed)
        self.stage_progress.with_user(self.manager).fold = False
        self.env.cr.precommit.run()
        self.assertEqual(set(everything.mapped('is_closed')), {False})
        self.assertEqual(set(everything.mapped('close_date')), {False})
        self.assertEqual(everything.message_ids, messages, 'nothing is logged')
        self.assertEqual(self.env['mail.mail'].search([]), mails, 'nothing is sent')
        self.assertEqual(everything.mapped('write_date'), write_dates)

    def test_what_waits_to_be_written_counts(self):
        self.other.stage_id = self.stage_progress
        self.stage_progress.fold = True
        self.assertTrue(self.other.is_closed)
        self.other.stage_id = self.stage_new
        self.assertFalse(self.other.is_closed)

    def test_merged_ones_stay_closed(self):
        self.tickets[0].merged_into_id = self.tickets[1]
        self.stage_progress.fold = True
        self.stage_progress.fold = False
        self.assertEqual(self.tickets.mapped('is_closed'), [True, False, False])

    def test_form_warns(self):
        with Form(self.stage_progress.with_user(self.manager)) as form:
            self.assertFalse(form.fold_warning)
            form.fold = True
            self.assertIn(
                'closes the open tickets of this stage: 3', form.fold_warning,
                'archived ones are no news')
        with Form(self.stage_progress.with_user(self.manager)) as form:
            form.fold = False
            self.assertIn('reopens the closed tickets of this stage: 3', form.fold_warning)
        with Form(self.stage_solved.with_user(self.manager)) as form:
            form.fold = False
            self.assertFalse(form.fold_warning, 'no ticket is there')

    def test_constant_queries(self):
        counts = []
        self.stage_progress.template_id = False
        for number in (0, 0, 0, 500):  # the first fills what Odoo remembers
            self.env['helpdesk.lite.ticket'].with_context(tracking_disable=True).create([
                {'name': str(index), 'team_id': self.team.id, 'stage_id': self.stage_progress.id}
                for index in range(number)])
            with self.assert_queries(25, self.env) as limit:
                self.stage_progress.fold = not self.stage_progress.fold
            counts.append(limit.count)
        self.assertEqual(counts[1], counts[3])


class TestStageTemplates(HelpdeskLiteCommon):
    """The template field of a stage, for an administrator who has no other right."""

    def test_made_in_place(self):
        """As the field's dialog does it, with the model preset."""
        template_id, _name = self.env['mail.template'].with_user(self.manager).with_context(
            default_model='helpdesk.lite.ticket').name_create('Waiting')
        template = self.env['mail.template'].browse(template_id)
        self.assertEqual(template.model, 'helpdesk.lite.ticket')
        self.stage_progress.with_user(self.manager).template_id = template

    def test_made_and_edited_by_its_form(self):
        Template = self.env['mail.template'].with_user(self.manager).with_context(
            default_model='helpdesk.lite.ticket')
        with Form(Template) as form:
            form.name = 'Waiting'
            form.subject = 'We wait for {{ object.name }}'
        template = form.record
        self.assertEqual(template.model, 'helpdesk.lite.ticket')
        with Form(template) as form:
            form.subject = 'We still wait'
        shipped = self.env.ref('helpdesk_lite.mail_template_request_acknowledgment')
        with Form(shipped.with_user(self.manager)) as form:
            form.subject = 'We got {{ object.ticket_ref }} of {{ object.partner_name }}'
        self.assertIn('We got', shipped.subject)

    def test_allowed_values_are_rendered(self):
        """Odoo renders a template of allowed values only in a simple way of its own."""
        ticket = self.make_ticket(partner_id=self.customer.id, user_id=self.agent.id)
        for expression in ticket.mail_allowed_qweb_expressions():
            if expression == 'object.contact_name':
                continue  # of Odoo's list, not a field of tickets
            value = ticket
            for name in expression.split('.')[1:]:
                value = value[name]
            template = self.env['mail.template'].with_context(
                default_model='helpdesk.lite.ticket').create({
                    'name': expression, 'body_html': f'<p><t t-out="{expression}">sample</t></p>'})
            body = template._render_field('body_html', ticket.ids)[ticket.id]
            with self.subTest(expression=expression):
                expected = html2plaintext(str(value or 'sample'))
                self.assertIn(expected, html2plaintext(body))

    def test_placeholders_that_the_editor_has_styled(self):
        """The editor writes styles into each element; no code may come along with them."""
        shipped = self.env.ref('helpdesk_lite.mail_template_request_acknowledgment')
        template = shipped.with_user(self.manager)
        template.body_html = (
            '<p style="margin:0px;">Your <strong t-out="object.name" style="color:red;">x</strong>'
            ' &lt; <t t-out="object.ticket_ref" style="margin:0px;">HD1</t> is here</p>')
        ticket = self.make_ticket(name='a < b')
        body = shipped._render_field('body_html', ticket.ids)[ticket.id]
        self.assertIn('<strong style="color:red;">a &lt; b</strong>', body)
        self.assertIn(f'&lt; <span style="margin:0px;">{ticket.ticket_ref}</span> is here', body)
        for bad in (
            '<p t-out="object.env" style="x">y</p>', '<p t-att-style="object.env" t-out="1">y</p>',
            '<p style="x" t-if="object.env" t-out="object.name">y</p>',
        ):
            with self.subTest(body=bad), self.assertRaises(AccessError):
                template.body_html = bad

    def test_templates_run_no_code_of_whoever_may_not_write_it(self):
        template = self.env['mail.template'].with_user(self.manager).with_context(
            default_model='helpdesk.lite.ticket').create({'name': 'Mine'})
        for code in ('env["res.users"]', 'object.team_id.message_ids', 'object.sudo().user_id'):
            with self.subTest(code=code), self.assertRaises(AccessError):
                template.subject = '{{ %s }}' % code  # noqa: UP031 (braces)

    @mute_logger('odoo.addons.base.models.ir_rule')
    def test_of_tickets_only_where_templates_are_restricted(self):
        """Where employees may not edit templates, the administrator may those of tickets."""
        self.env['ir.config_parameter'].set_param('mail.restrict.template.rendering', 'True')
        self.env.ref('base.group_user').implied_ids -= self.env.ref(
            'mail.group_mail_template_editor')
        own, foreign = self.env['mail.template'].create([
            {'name': model, 'model_id': self.env['ir.model']._get_id(model)}
            for model in ('helpdesk.lite.ticket', 'res.partner')])
        own.with_user(self.manager).body_html = '<p>Hello</p>'
        with self.assertRaises(AccessError):
            foreign.with_user(self.manager).body_html = '<p>Hello</p>'
        with self.assertRaises(AccessError):
            own.with_user(self.employee).body_html = '<p>Hello</p>'

    def test_template_of_another_model_is_refused(self):
        template = self.env['mail.template'].create({
            'name': 'Of contacts', 'model_id': self.env['ir.model']._get_id('res.partner')})
        with self.assertRaises(UserError) as caught:
            self.stage_progress.with_user(self.manager).template_id = template
        self.assertIn('Of contacts', str(caught.exception))

    def test_deleted_template_leaves_the_stage(self):
        template = self.env['mail.template'].create({
            'name': 'Gone', 'model_id': self.env['ir.model']._get_id('helpdesk.lite.ticket')})
        self.stage_progress.template_id = template
        template.unlink()
        self.assertFalse(self.stage_progress.template_id)
