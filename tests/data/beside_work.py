# Run in Odoo's shell after user_data.py: what users make of ours in other applications, each where
# that application is there.
ticket = env['helpdesk.lite.ticket'].search([('name', '=like', 'Left %')], limit=1)
ticket_model = env['ir.model']._get(ticket._name)
joined = []
if 'website' in env:
    site = env['website'].search([], limit=1)
    # the editor copies a page for the website on which it is changed
    for view in env['ir.ui.view'].search([('key', '=like', 'helpdesk_lite_portal.form_%')]):
        view.with_context(website_id=site.id).write({'arch': view.arch + '\n'})
    env['website.menu'].create({
        'name': 'Tickets', 'url': '/my/tickets', 'website_id': site.id,
        'parent_id': site.menu_id.id})
    joined.append('website')
if 'base.automation' in env:
    env['base.automation'].create({
        'name': 'Urgent in words', 'model_id': ticket_model.id, 'trigger': 'on_create_or_write',
        'filter_domain': "[('priority', '=', '3')]",
        'action_server_ids': [(0, 0, {
            'name': 'Say urgent', 'model_id': ticket_model.id, 'state': 'code',
            'code': "record.message_post(body='automated')"})]})
    ticket.priority = '2'
    ticket.priority = '3'
    assert 'automated' in ' '.join(ticket.message_ids.mapped('body'))
    joined.append('base_automation')
if 'mailing.mailing' in env:
    env['mail.blacklist']._add('leaver@example.com')
    joined.append('mass_mailing')
if 'calendar.event' in env:
    env['calendar.event'].create({
        'name': 'By a user', 'res_model': ticket._name, 'res_model_id': ticket_model.id,
        'res_id': ticket.id, 'start': '2026-03-02 09:00:00', 'stop': '2026-03-02 10:00:00'})
    joined.append('calendar')
env.cr.commit()
print('joined:', ', '.join(joined))
