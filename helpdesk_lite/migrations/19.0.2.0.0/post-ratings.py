"""Nobody is asked to rate what was cancelled, nor what was closed before teams could ask.

Requests are due by the closing itself (``rating_request_due``): old tickets have none.
"""


def migrate(cr, version):
    cr.execute("""
        UPDATE helpdesk_lite_stage SET no_rating_request = TRUE
         WHERE no_rating_request IS NOT TRUE AND id IN (
               SELECT res_id FROM ir_model_data
                WHERE module = 'helpdesk_lite' AND name = 'stage_cancelled'
                  AND model = 'helpdesk.lite.stage')""")
