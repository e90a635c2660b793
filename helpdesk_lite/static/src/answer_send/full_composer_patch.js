import { askBeforeSending } from "@helpdesk_lite/answer_send/answer_check";
import { getDraft, TICKET } from "@helpdesk_lite/answer_send/answer_draft";

import { MailComposerFormController } from "@mail/chatter/web/mail_composer_form";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";

const SENDING = [
    "action_send_mail",
    "action_send_and_solve",
    "action_send_and_wait",
    "action_schedule_message",
];

patch(MailComposerFormController.prototype, {
    setup() {
        super.setup(...arguments);
        this.helpdeskLiteServices = { orm: useService("orm"), dialog: useService("dialog") };
        this.helpdeskLiteStore = useService("mail.store");
        const { default_model, default_res_ids: ids, default_subtype_xmlid } = this.props.context;
        if (default_model === TICKET && ids?.length === 1 && default_subtype_xmlid !== "mail.mt_note") {
            getDraft(this.helpdeskLiteStore.Thread.insert({ model: TICKET, id: ids[0] }));
        }
    },

    /** Ask before an answer is sent; the composer stays open where it isn't. */
    async beforeExecuteActionButton(clickParams) {
        const saved = await super.beforeExecuteActionButton(...arguments);
        const { data } = this.model.root;
        if (
            saved === false ||
            !SENDING.includes(clickParams.name) ||
            data.model !== TICKET ||
            data.composition_mode !== "comment" ||
            data.composition_batch ||
            data.subtype_is_log
        ) {
            return saved;
        }
        const [id] = JSON.parse(data.res_ids);
        const thread = this.helpdeskLiteStore.Thread.insert({ model: TICKET, id });
        return askBeforeSending(this.helpdeskLiteServices, thread, {
            body: data.body,
            partner_ids: data.partner_ids.currentIds,
            emails: [],
            attachment_ids: data.attachment_ids.currentIds,
        });
    },
});
