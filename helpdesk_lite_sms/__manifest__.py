{
    'name': 'Helpdesk Lite: SMS',
    'version': '19.0.2.0.0',
    'category': 'Services/Helpdesk',
    'summary': 'Stages that text the customer, and SMS from tickets',
    'author': 'Helpdesk Lite',
    'license': 'LGPL-3',
    'depends': ['helpdesk_lite', 'sms'],
    'data': [
        'security/ir.model.access.csv',
        'security/sms_template_security.xml',
        'data/sms_template_data.xml',
        'views/helpdesk_lite_stage_views.xml',
        'views/helpdesk_lite_ticket_views.xml',
    ],
    'uninstall_hook': 'uninstall_hook',
    'auto_install': True,
}
