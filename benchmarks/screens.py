"""What Odoo's web client asks for when a screen opens, out of the views themselves."""

import json

from lxml import etree

# Fields that a widget reads besides its own (see the widgets' fieldDependencies in mail).
ACTIVITY = ('activity_exception_decoration', 'activity_exception_icon', 'activity_state',
            'activity_summary', 'activity_type_icon', 'activity_type_id')
WIDGETS = {'kanban_activity': ACTIVITY, 'list_activity': ACTIVITY}
# 40 cards a column where a view says nothing else
COLUMN, PAGE, COUNT_LIMIT, MESSAGES = 40, 80, 10_001, 30
CONTEXT = {'lang': 'en_US', 'tz': 'UTC', 'bin_size': True}


def read_view(Model, view_type, view=None):
    """The tree of a view as the user gets it."""
    view_id = Model.env['ir.model.data']._xmlid_to_res_id(view) if view else None
    return etree.fromstring(Model.get_view(view_id, view_type)['arch'])


def get_specification(Model, tree):
    """What ``web_read`` is asked for: the view's fields, those of views in it left out.

    As ``getFieldsSpec`` of Odoo's ``relational_model/utils.js`` has it: columns that a person
    has not switched on are read, too, and no name is asked of what is never shown.
    """
    specification = {}
    for node in tree.iter('field'):
        name = node.get('name')
        if next(node.iterancestors('field'), None) is not None or name not in Model._fields:
            continue
        field = Model._fields[name]
        hidden = {'True', '1'} & {node.get('invisible'), node.get('column_invisible')}
        if field.type == 'many2one':
            name_too = not hidden or 'display_name' in specification.get(name, {}).get('fields', ())
            specification[name] = {'fields': {'display_name': {}} if name_too else {}}
        elif field.type == 'many2many' and (node.get('widget') or '').startswith('many2many_'):
            color = {'color': {}} if 'color' in Model.env[field.comodel_name]._fields else {}
            specification[name] = {'fields': {'display_name': {}, **color}}
        else:
            specification[name] = {}
        for extra in WIDGETS.get(node.get('widget'), ()):
            if extra in Model._fields:
                related = {'fields': {'display_name': {}}} if extra.endswith('_id') else {}
                specification[extra] = related
    return specification


def open_kanban(Model, domain):
    """Return a function that asks what a kanban by stage asks, the progress bars included."""
    Model = Model.with_context(**CONTEXT, read_group_expand=True)
    tree = read_view(Model, 'kanban')
    specification = get_specification(Model, tree)
    bar = tree.find('progressbar')

    def work(number):
        found = Model.web_read_group(
            domain, ['stage_id'], [], auto_unfold=True, unfold_read_specification=specification,
            unfold_read_default_limit=int(tree.get('limit') or COLUMN))
        if bar is not None:
            Model.read_progress_bar(domain, 'stage_id', {
                'field': bar.get('field'), 'colors': json.loads(bar.get('colors'))})
        return sum(len(group.get('__records', ())) for group in found['groups'])

    return work


def open_list(Model, domain):
    """Return a function that asks what a list asks: a page, and how many there are."""
    Model = Model.with_context(**CONTEXT)
    specification = get_specification(Model, read_view(Model, 'list'))

    def work(number):
        return len(Model.web_search_read(
            domain, specification, limit=PAGE, count_limit=COUNT_LIMIT)['records'])

    return work


def open_dashboard(Model, view):
    """Return a function that asks what a kanban of all teams asks."""
    Model = Model.with_context(**CONTEXT)
    specification = get_specification(Model, read_view(Model, 'kanban', view))

    def work(number):
        return len(Model.web_search_read([], specification, limit=PAGE)['records'])

    return work


def open_form(ticket):
    """Return a function that asks what a ticket's form and its chatter ask."""
    from odoo.addons.mail.tools.discuss import Store  # once Odoo's configuration is read

    ticket = ticket.with_context(**CONTEXT)
    specification = get_specification(ticket, read_view(ticket, 'form'))
    requests = ['activities', 'attachments', 'contact_fields', 'followers', 'scheduledMessages',
                'suggestedRecipients']

    def work(number):
        ticket.web_read(specification)
        Store().add(ticket, as_thread=True, request_list=requests).get_result()
        messages = ticket.env['mail.message']._message_fetch(
            domain=None, thread=ticket, limit=MESSAGES)['messages']
        Store().add(messages).get_result()
        return len(messages)

    return work
