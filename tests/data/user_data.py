# Run in Odoo's shell: what users leave in a database that works with Helpdesk Lite, also where
# Odoo itself does not remember which module it belongs to. Each part stands for itself: a model
# that is not installed is left out.
from datetime import datetime, timedelta

made = []


def make(model, /, **values):
    """Create a record if its model is there, with the fields that it has."""
    if model not in env:
        return None
    known = {name: value for name, value in values.items() if name in env[model]._fields}
    record = env[model].create(known)
    made.append(model)
    return record


ticket_model = env['ir.model']._get('helpdesk.lite.ticket')
partner = env['res.partner'].search([('email', '=', 'leaver@example.com')])
user = env['res.users'].search([('login', '=', 'leaver_agent')])
user.group_ids += env.ref('helpdesk_lite.group_helpdesk_lite_manager')
team = make(
    'helpdesk.lite.team', name='Leaving', use_alias=True, alias_name='leaving',
    member_ids=[user.id], auto_close_ticket=True, auto_assignment=True,
)
tag = make('helpdesk.lite.tag', name='Left')
tickets = env['helpdesk.lite.ticket'].create([
    {'name': f'Left {number}', 'team_id': team.id, 'partner_id': partner.id, 'user_id': user.id,
     'tag_ids': [(4, tag.id)], 'priority': '1'}
    for number in range(3)
])
made.append('helpdesk.lite.ticket')
ticket = tickets[0]
make('ir.attachment', name='a.txt', raw=b'left', res_model=ticket._name, res_id=ticket.id)
ticket.message_subscribe([partner.id])
ticket.message_post(
    body='To the customer', message_type='comment', subtype_xmlid='mail.mt_comment',
    partner_ids=partner.ids, attachments=[('b.txt', b'left')],
)
ticket.message_post(body='A note', subtype_xmlid='mail.mt_note')
ticket.activity_schedule('mail.mail_activity_data_todo', user_id=user.id)
ticket.write({'priority': '3', 'stage_id': team.stage_ids[-1].id})
make(
    'mail.scheduled.message', model=ticket._name, res_id=ticket.id, body='Later',
    author_id=partner.id, partner_ids=[(4, partner.id)],
    scheduled_date=datetime.now() + timedelta(days=9),
)
template = make('mail.template', name='By a user', model_id=ticket_model.id, subject='x')
make('sms.template', name='By a user', model_id=ticket_model.id, body='x')
make('mail.message.subtype', name='By a user', res_model=ticket._name)
activity_type = make('mail.activity.type', name='By a user', res_model=ticket._name)
plan = make('mail.activity.plan', name='By a user', res_model=ticket._name)
make('mail.activity.plan.template', plan_id=plan.id, activity_type_id=activity_type.id,
     responsible_type='on_demand', summary='x')
make('ir.filters', name='By a user', model_id=ticket._name, domain='[]', user_ids=[(4, user.id)])
make('ir.exports', name='By a user', resource=ticket._name,
     export_fields=[(0, 0, {'name': 'name'})])
if 'base_import.mapping' in env:
    make('base_import.mapping', res_model=ticket._name, column_name='Subject', field_name='name')
make('ir.config_parameter', key='helpdesk_lite.by_a_user', value='1')
env['ir.default'].set('helpdesk.lite.ticket', 'priority', '1', user_id=user.id)
env['ir.default'].set('helpdesk.lite.team', 'auto_close_day', 9, company_id=True)
action = make('ir.actions.act_window', name='By a user', res_model=ticket._name, view_mode='list')
make('ir.ui.menu', name='By a user', action=f'ir.actions.act_window,{action.id}')
make('ir.actions.server', name='By a user', model_id=ticket_model.id, state='code', code='pass')
make('ir.cron', name='By a user', model_id=ticket_model.id, state='code', code='pass')
make('ir.rule', name='By a user', model_id=ticket_model.id, domain_force='[]')
make('ir.model.access', name='By a user', model_id=ticket_model.id, perm_read=True)
make('ir.ui.view', name='By a user', model=ticket._name, arch='<list><field name="name"/></list>')
make('ir.model.fields', name='x_by_a_user', model_id=ticket_model.id, ttype='char',
     field_description='By a user')
make('ir.sequence', name='By a user', code='helpdesk.lite.ticket', prefix='X')
make('mail.alias', alias_name='by-a-user', alias_model_id=ticket_model.id)
# an alias of another model that is shown with one of our teams
env['mail.alias'].search([('alias_name', '=', 'theirs')]).write({
    'alias_parent_model_id': env['ir.model']._get_id(team._name),
    'alias_parent_thread_id': team.id})
make('rating.rating', res_model_id=ticket_model.id, res_id=ticket.id, partner_id=partner.id,
     rating=5, consumed=True)
make('mail.link.preview', source_url='https://example.com', message_id=ticket.message_ids[0].id)
make('base.automation', name='By a user', model_id=ticket_model.id, trigger='on_create')
make('sms.sms', number='+15550100', body='x', mail_message_id=ticket.message_ids[0].id)
make('ir.embedded.actions', name='By a user', parent_action_id=action.id, action_id=action.id,
     parent_res_model=ticket._name)
make('res.users.settings.embedded.action', action_id=action.id, res_model=ticket._name,
     user_setting_id=env['res.users.settings']._find_or_create_for_user(user).id)
ticket.with_context(active_test=False).message_ids[:1].sudo().set_message_done()
env.cr.commit()
print('made:', ', '.join(made))
