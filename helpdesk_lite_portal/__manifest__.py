{
    'name': 'Helpdesk Lite: Customer Portal',
    'version': '19.0.2.0.0',
    'category': 'Services/Helpdesk',
    'summary': 'Customers follow, answer and close their tickets, and send new ones from a form',
    'author': 'Helpdesk Lite',
    'license': 'LGPL-3',
    'depends': ['helpdesk_lite', 'portal'],
    'data': [
        'security/ir.model.access.csv',
        'security/portal_share_security.xml',
        'data/ir_config_parameter_data.xml',
        'data/mail_layout_data.xml',
        'views/helpdesk_lite_team_views.xml',
        'views/helpdesk_lite_ticket_views.xml',
        'views/helpdesk_lite_onboarding_views.xml',
        'views/portal_templates.xml',
        'views/portal_ticket_templates.xml',
        'views/form_templates.xml',
        'views/rating_views.xml',
    ],
    'demo': [
        'demo/res_users_demo.xml',
        'demo/helpdesk_lite_team_demo.xml',
    ],
    'assets': {
        'portal.assets_chatter': [
            'helpdesk_lite/static/src/message_text/message_patch.js',
            'helpdesk_lite_portal/static/src/chatter/chatter.xml',
            'helpdesk_lite_portal/static/src/chatter/*.js',
        ],
        'portal.assets_chatter_style': [
            'helpdesk_lite_portal/static/src/chatter/chatter.scss',
            'helpdesk_lite_portal/static/src/chatter/conversation.scss',
            'helpdesk_lite/static/src/message_text/reading.scss',
        ],
        'web.assets_frontend': [
            'helpdesk_lite/static/src/scss/boxed.scss',
            'helpdesk_lite/static/src/message_text/reading.scss',
        ],
        'web.assets_tests': [
            'helpdesk_lite_portal/static/tests/tours/**/*',
        ],
    },
    'uninstall_hook': 'uninstall_hook',
}
