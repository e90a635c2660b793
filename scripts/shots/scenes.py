"""The list of the pictures, in the order in which they are taken."""

from dataclasses import dataclass

from .scenery import FORM_SUBJECT, VISITOR_EMAIL, VISITOR_NAME

WIDE, TALL, PHONE = (1440, 900), (1440, 1240), (390, 844)
ACTION = '/odoo/action-helpdesk_lite.helpdesk_lite_'
ADMIN, CUSTOMER, VISITOR, READER = 'admin', 'customer', 'visitor', 'reader'
VIEW = """!!document.querySelector('.o_action_manager :is('
    + '.o_form_renderer, .o_kanban_renderer, .o_list_renderer, .o_graph_renderer, .o_pivot)')"""
PAGE = "!!document.querySelector('main')"
DIALOG = "!!document.querySelector('.modal .o_form_renderer')"
MESSAGES = "!!document.querySelector('#chatterRoot')?.shadowRoot?.querySelector('.o-mail-Message')"
OPEN_FIRST_TEAM = "document.querySelector('.o_kanban_record:not(.o_kanban_ghost)').click()"
PIPELINE = "!!document.querySelector('.o_kanban_grouped .o_kanban_record')"


def click(selector):
    return f'document.querySelector({selector!r}).click()'


def open_action(name, numbers):
    """A script that opens an action as if it were chosen for these tickets."""
    return f"""odoo.__WOWL_DEBUG__.root.env.services.action.doAction({name!r}, {{{{
        additionalContext: {{{{active_model: "helpdesk.lite.ticket", active_ids: [{numbers}],
        active_id: [{numbers}][0]}}}},
    }}}}); 0"""


def send_form(**values):
    """A script that fills in the public form and sends it, not as quickly as a program would."""
    filled = ';'.join(
        f'document.querySelector("form [name={name}]").value = {value!r}'
        for name, value in values.items())
    return f"""{filled}; setTimeout(() => document.querySelector(
        'form.o_helpdesk_lite_form [type=submit]').click(), 3000); 0"""


@dataclass
class Scene:
    """One picture.

    ``path`` and ``script`` may name what the scenery made, as ``{ticket}``; ``ready`` and ``then``
    are conditions before and after the script; ``text`` is typed after it, where the cursor is or
    into ``focus``. A scene that is not ``shown`` is taken only to be looked at. ``addons`` have a
    copy in their description.
    """

    name: str
    path: str
    who: str = ADMIN
    size: tuple = WIDE
    ready: str = VIEW
    script: str = ''
    then: str = 'true'
    text: str = ''
    focus: str = ''
    shown: bool = True
    addons: tuple = ()


CORE, PORTAL, SMS = (f'helpdesk_lite{suffix}' for suffix in ('', '_portal', '_sms'))
SCENES = (
    Scene('dashboard', '/odoo/helpdesk-lite', addons=(CORE,)),
    Scene('ticket', f'{ACTION}ticket_action_all/{{ticket}}', size=TALL, addons=(CORE,)),
    Scene('pipeline', f'{ACTION}team_action_dashboard', script=OPEN_FIRST_TEAM, then=PIPELINE,
          addons=(CORE,)),
    Scene('answer', f'{ACTION}ticket_action_all/{{ticket}}',
          script=click('.o-mail-Chatter-sendMessage'),
          then="!!document.querySelector('.o-mail-Composer-input')",
          text='Done: both ovens are covered from the first on.'),
    Scene('tickets', f'{ACTION}ticket_action_all?view_type=list'),
    *(Scene(f'{name}s', f'{ACTION}{name}_action{suffix}?view_type=list', shown=False)
      for name, suffix in (('team', '_config'), ('stage', ''), ('tag', ''))),
    # Its button is behind another one on a phone.
    Scene('similar', f'{ACTION}ticket_action_all/{{original}}', script="""
          const {{orm, action}} = odoo.__WOWL_DEBUG__.root.env.services;
          orm.call("helpdesk.lite.ticket", "action_view_similar_tickets", [[{original}]])
              .then((result) => action.doAction(result)); 0""",
          then="!!document.querySelector('.o_list_renderer .o_data_row, .o_kanban_record')"),
    Scene('merge', f'{ACTION}ticket_action_all?view_type=list', addons=(CORE,),
          script=open_action('helpdesk_lite.helpdesk_lite_ticket_merge_action',
                             '{original}, {duplicates}'), then=DIALOG),
    Scene('team', f'{ACTION}team_action_config/{{team}}', size=TALL, addons=(CORE,)),
    Scene('settings', '/odoo/settings#helpdesk_lite',
          ready="!!document.querySelector('.app_settings_block[data-key=helpdesk_lite], "
                ".settings .o_settings_container')"),
    Scene('analysis', f'{ACTION}ticket_action_analysis', addons=(CORE,)),
    Scene('sla-policies', f'{ACTION}sla_action?view_type=list', shown=False),
    Scene('sla-analysis', f'{ACTION}sla_report_action', shown=False),
    Scene('closing-analysis', f'{ACTION}closing_report_action', shown=False),
    Scene('ratings', '/odoo/action-helpdesk_lite.rating_rating_action_helpdesk_lite', shown=False),
    Scene('sms-stage', f'{ACTION}stage_action/{{stage}}', addons=(SMS,)),
    Scene('sms-composer', f'{ACTION}ticket_action_all/{{ticket}}', addons=(SMS,),
          script=open_action('helpdesk_lite_sms.helpdesk_lite_ticket_action_send_sms',
                             '{ticket}'),
          then=DIALOG, focus='.modal textarea',
          text='Your contract is extended. The new copy is in your mail.'),
    Scene('pipeline-phone', f'{ACTION}team_action_dashboard', size=PHONE, script=OPEN_FIRST_TEAM,
          then=PIPELINE, addons=(CORE,)),
    Scene('ticket-phone', f'{ACTION}ticket_action_all/{{ticket}}', size=PHONE),
    Scene('mail', '', READER, (900, 560), ready='true', addons=(PORTAL,)),
    Scene('portal-link', '/my/ticket/{ticket}?access_token={token}', VISITOR, TALL,
          ready=MESSAGES, shown=False),
    Scene('form-teams', '/helpdesk', VISITOR, ready=PAGE, shown=False),
    Scene('form', '/helpdesk/{team}', VISITOR, (1440, 1000), ready=PAGE, addons=(PORTAL,)),
    Scene('form-phone', '/helpdesk/{team}', VISITOR, (390, 1000), ready=PAGE),
    Scene('form-thanks', '/helpdesk/{team}', VISITOR, (1440, 600), ready=PAGE, shown=False,
          script=send_form(name=VISITOR_NAME, email=VISITOR_EMAIL, subject=FORM_SUBJECT,
                           message='It is for four people, on the third floor.'),
          then="!!document.querySelector('.o_ticket_reference')"),
    Scene('portal-home', '/my', CUSTOMER, ready=PAGE, shown=False),
    Scene('portal-list', '/my/tickets', CUSTOMER, ready=PAGE, addons=(PORTAL,)),
    Scene('portal-list-phone', '/my/tickets', CUSTOMER, PHONE, ready=PAGE),
    Scene('portal-ticket', '/my/ticket/{ticket}', CUSTOMER, (1440, 1100), ready=MESSAGES,
          addons=(PORTAL,)),
    Scene('portal-ticket-phone', '/my/ticket/{ticket}', CUSTOMER, (390, 1100), ready=MESSAGES,
          addons=(PORTAL,)),
    Scene('portal-closing', '/my/ticket/{ticket}', CUSTOMER, ready=MESSAGES,
          script=click('button[data-bs-target="#close_ticket"]'),
          then="!!document.querySelector('#close_ticket.show')", addons=(PORTAL,)),
)
