import { getDraft, TICKET } from "@helpdesk_lite/answer_send/answer_draft";

import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";

/** What an agent should know before an answer is sent; nothing is lost by either button. */
export class AnswerCheckDialog extends Component {
    static template = "helpdesk_lite.AnswerCheckDialog";
    static components = { Dialog };
    static props = {
        close: Function,
        messages: Array,
        onConfirm: Function,
        state: [String, Boolean],
        warnings: Array,
    };

    get title() {
        return _t("Before you send");
    }

    formatDate(date) {
        return formatDateTime(deserializeDateTime(date));
    }

    onClickSend() {
        this.props.onConfirm();
        this.props.close();
    }
}

/**
 * Ask the server about an answer, by one request, and the agent only where there is something to
 * say. Each warning is said once for a draft, and each news once.
 *
 * @param {Object} services
 * @param {import("models").Thread} thread
 * @param {Object} answer `body`, `partner_ids`, `emails`, `attachment_ids`
 * @returns {Promise<boolean>} whether it is to be sent
 */
export async function askBeforeSending({ orm, dialog }, thread, answer) {
    const draft = getDraft(thread);
    const found = await orm.call(TICKET, "check_answer", [[thread.id]], {
        ...answer,
        since: draft.since,
    });
    const warnings = found.warnings.filter(({ text }) => !draft.warned.has(text));
    if (!warnings.length && !found.messages.length && !found.state) {
        return true;
    }
    const { messages, state } = found;
    const goesOn = await new Promise((resolve) => {
        dialog.add(
            AnswerCheckDialog,
            { messages, state, warnings, onConfirm: () => resolve(true) },
            { onClose: () => resolve(false) }
        );
    });
    warnings.forEach(({ text }) => draft.warned.add(text));
    draft.since = {
        message_id: found.message_id || draft.since.message_id,
        is_closed: draft.since.is_closed || Boolean(state),
    };
    if (messages.length) {
        thread.fetchNewMessages();
    }
    return goesOn;
}
