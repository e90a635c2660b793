# Run in Odoo's shell after ours has gone: what is left works.
env['ir.ui.view'].with_context(active_test=False).search([])._check_xml()
for menu in env['ir.ui.menu'].search([('action', '!=', False)]):
    assert menu.action.exists(), menu.complete_name
partner = env['res.partner'].search([('email', '=', 'leaver@example.com')])
for model, values in {
    'crm.lead': {'name': 'x', 'partner_id': partner.id},
    'project.project': {'name': 'x'},
    'project.task': {'name': 'x', 'partner_id': partner.id},
    'hr.leave.type': {'name': 'x'},
    'im_livechat.channel': {'name': 'x'},
    'mailing.list': {'name': 'x'},
    'base.automation': {'name': 'x', 'trigger': 'on_create', 'model_id': env['ir.model']._get_id(
        'res.partner')},
}.items():
    if model not in env:
        continue
    record = env[model].create(values)
    if 'message_ids' in record:
        record.message_post(body='x', partner_ids=partner.ids, subtype_xmlid='mail.mt_comment')
    record.write({'name': 'y'})
    env.flush_all()
print('works')
