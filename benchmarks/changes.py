"""Work that commits, on a throw-away copy of our desk: automatic closing and folding."""

import meter

# Copies one ticket; what is made this way has no followers and messages, and needs none.
COPIES = """
INSERT INTO helpdesk_lite_ticket (ticket_ref, {columns})
SELECT 'COPY' || id || '-' || n, {columns}
  FROM helpdesk_lite_ticket, generate_series(1, %s) AS n WHERE id = %s
"""


def make_team(env, count, days):
    """A team of its own with so many open tickets that are silent for some days; committed."""
    stages = env['helpdesk.lite.stage'].create([
        {'name': 'Bench open', 'sequence': 1},
        {'name': 'Bench closed', 'sequence': 2, 'fold': True}])
    team = env['helpdesk.lite.team'].create({
        'name': 'Silent', 'stage_ids': stages.ids, 'auto_close_ticket': True})
    customer = env['res.partner'].create({'name': 'C', 'email': 'c@bench.example.com'})
    ticket = env['helpdesk.lite.ticket'].create({
        'name': 'Silent', 'team_id': team.id, 'partner_id': customer.id})
    cr = env.cr
    cr.flush()
    cr.execute(
        """UPDATE helpdesk_lite_ticket
              SET last_activity_date = now() - %s * interval '1 day',
                  date_last_stage_update = now() - interval '10 days',
                  create_date = now() - interval '20 days',
                  creation_date = now() - interval '20 days' WHERE id = %s""", [days, ticket.id])
    cr.execute("SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns "
               "WHERE table_name = 'helpdesk_lite_ticket' "
               "AND column_name NOT IN ('id', 'ticket_ref')")
    cr.execute(COPIES.format(columns=cr.fetchone()[0]), [count - 1, ticket.id])
    cr.commit()
    cr.execute('ANALYZE helpdesk_lite_ticket')
    cr.commit()
    return team


def run(env, work):
    """One committed piece of work."""
    env.cr.commit()
    env.invalidate_all()
    sample = meter.Sample(lambda: env.cr.sql_log_count)
    with sample:
        work()
        env.cr.commit()
    return sample


def close_silent(env, count):
    """Close tickets as the cron does, in its batches.

    :return: its Sample, whose `found` is how many it closed
    """
    team = make_team(env, count, 10)
    Ticket = env['helpdesk.lite.ticket'].with_user(1)
    sample = run(env, Ticket._cron_auto_close)
    sample.found = Ticket.search_count([('team_id', '=', team.id), ('is_closed', '=', True)])
    return sample


def fold(env, count):
    """Fold a stage that holds so many tickets; their hours follow by the cron.

    :return: two Samples: the fold itself, and the cron
    """
    team = make_team(env, count, 0)
    stage = team.stage_ids[0]
    Ticket = env['helpdesk.lite.ticket'].with_user(1)
    folded = run(env, lambda: stage.write({'fold': True}))
    folded.found = Ticket.search_count([('team_id', '=', team.id), ('is_closed', '=', True)])
    hours = run(env, Ticket._cron_auto_close)
    hours.found = Ticket.search_count([('team_id', '=', team.id), ('close_hours', '>', 0)])
    return folded, hours
