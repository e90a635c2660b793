"""Run by Odoo's shell: employees file time off, and tickets come in during it and after it.

Prints one line of JSON: for each moment the names of those who got tickets.
"""


import json
from datetime import datetime

from freezegun import freeze_time

from odoo.fields import Command

USER = env.ref('helpdesk_lite.group_helpdesk_lite_user').id
quiet = env(context={'no_reset_password': True, 'tracking_disable': True})
company = env.company
company.resource_calendar_id.tz = 'UTC'
env.user.tz = 'UTC'


def make_employee(name):
    user = quiet['res.users'].create({
        'name': name, 'login': name, 'email': f'{name}@desk.example.com', 'tz': 'UTC',
        'group_ids': [Command.set([USER])]})
    employee = quiet['hr.employee'].create({
        'name': name, 'user_id': user.id, 'company_id': company.id, 'tz': 'UTC',
        'resource_calendar_id': company.resource_calendar_id.id})
    assert employee.resource_id.user_id == user
    return employee


def file_leave(employee, unit, first, last, **values):
    """The employee files it, an officer approves it, as on the screens."""
    kind = quiet['hr.leave.type'].create({
        'name': unit, 'requires_allocation': False, 'leave_validation_type': 'hr',
        'request_unit': unit, 'company_id': company.id})
    leave = env['hr.leave'].with_user(employee.user_id).create({
        'name': 'Away', 'employee_id': employee.id, 'holiday_status_id': kind.id,
        'request_date_from': first, 'request_date_to': last, **values})
    return leave.with_env(env)


def who(moment):
    with freeze_time(datetime.fromisoformat(moment)):
        tickets = env['helpdesk.lite.ticket'].create(
            [{'name': moment, 'team_id': team.id} for _index in range(8)])
    return sorted(set(tickets.mapped('user_id.name')))


with freeze_time('2026-03-02 09:00:00'):
    anna, bora, carl, dana = map(make_employee, ('anna', 'bora', 'carl', 'dana'))
    team = quiet['helpdesk.lite.team'].create({
        'name': 'Desk', 'auto_assignment': True,
        'member_ids': [Command.set((anna + bora + carl + dana).user_id.ids)]})
    days = file_leave(anna, 'day', '2026-03-04', '2026-03-06')
    half = file_leave(
        bora, 'half_day', '2026-03-04', '2026-03-04',
        request_date_from_period='am', request_date_to_period='am')
    hours = file_leave(
        carl, 'hour', '2026-03-04', '2026-03-04', request_hour_from=14, request_hour_to=15)
    result = {'filed': who('2026-03-04 10:00:00')}
    for leave in (days, half, hours):
        leave.action_approve()
        assert leave.state == 'validate', leave.state
for moment in (
    '2026-03-03 10:00:00', '2026-03-03 22:00:00', '2026-03-04 10:00:00', '2026-03-04 13:30:00',
    '2026-03-04 14:30:00', '2026-03-04 15:00:00', '2026-03-06 16:00:00', '2026-03-07 12:00:00',
    '2026-03-09 10:00:00',
):
    result[moment] = who(moment)
with freeze_time('2026-03-02 09:00:00'):
    days.action_refuse()
result['refused'] = who('2026-03-05 10:00:00')
print(json.dumps({'result': result}))
