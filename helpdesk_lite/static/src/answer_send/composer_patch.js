import { askBeforeSending } from "@helpdesk_lite/answer_send/answer_check";
import { followDraft, TICKET } from "@helpdesk_lite/answer_send/answer_draft";

import { Composer } from "@mail/core/common/composer";
import { Store } from "@mail/core/common/store_service";
import { Thread } from "@mail/core/common/thread_model";
import { toRaw, useEffect, useState } from "@odoo/owl";
import { patch } from "@web/core/utils/patch";

patch(Thread.prototype, {
    setup() {
        super.setup(...arguments);
        /** What the composer of a ticket offers: see `_get_answer_choices`. */
        this.helpdeskLiteAnswer = undefined;
    },
});

patch(Store.prototype, {
    async getMessagePostParams({ postData }) {
        const params = await super.getMessagePostParams(...arguments);
        if (postData.helpdeskLiteThen) {
            params.post_data.helpdesk_lite_then = postData.helpdeskLiteThen;
        }
        if (postData.helpdeskLiteAsTeam !== undefined) {
            params.post_data.helpdesk_lite_as_team = postData.helpdeskLiteAsTeam;
        }
        return params;
    },
});

patch(Composer.prototype, {
    setup() {
        super.setup(...arguments);
        this.helpdeskLite = useState({ isAsking: false, asTeam: undefined, then: undefined });
        useEffect(
            (html) => {
                if (this.isHelpdeskLiteAnswer) {
                    followDraft(toRaw(this.thread), html);
                }
            },
            () => [this.props.composer.composerHtml]
        );
    },

    /** Whether a message to the customer is being written, in the chatter of a ticket. */
    get isHelpdeskLiteAnswer() {
        return Boolean(
            this.env.inChatter &&
                !this.env.inFrontendPortalChatter &&
                this.props.type !== "note" &&
                !this.props.composer.message &&
                this.thread?.model === TICKET
        );
    },

    get mayHelpdeskLiteSolve() {
        const choices = this.thread.helpdeskLiteAnswer;
        return Boolean(choices && this.thread.hasWriteAccess && !choices.isClosed);
    },

    get mayHelpdeskLiteWait() {
        return this.mayHelpdeskLiteSolve && this.thread.helpdeskLiteAnswer.canWait;
    },

    /** Whether customers will read the team's name as the sender's. */
    get isHelpdeskLiteAsTeam() {
        return this.helpdeskLite.asTeam ?? this.thread.helpdeskLiteAnswer.sendAs === "team";
    },

    get isSendButtonDisabled() {
        return super.isSendButtonDisabled || this.helpdeskLite.isAsking;
    },

    get postData() {
        const data = super.postData;
        if (this.isHelpdeskLiteAnswer) {
            data.helpdeskLiteThen = this.helpdeskLite.then;
            data.helpdeskLiteAsTeam = this.helpdeskLite.asTeam;
        }
        return data;
    },

    onClickHelpdeskLiteSendAs() {
        this.helpdeskLite.asTeam = !this.isHelpdeskLiteAsTeam;
    },

    /** @param {"solve"|"wait"} then what becomes of the ticket by the answer */
    async sendHelpdeskLite(then) {
        this.helpdeskLite.then = then;
        try {
            await this.sendMessage();
        } finally {
            this.helpdeskLite.then = undefined;
        }
    },

    async sendMessage() {
        if (this.isHelpdeskLiteAnswer) {
            if (this.isSendButtonDisabled || !(await this.askHelpdeskLite())) {
                return;
            }
        }
        return super.sendMessage(...arguments);
    },

    async askHelpdeskLite() {
        const { orm, dialog } = this.env.services;
        const thread = toRaw(this.thread);
        this.helpdeskLite.isAsking = true;
        try {
            const { post_data } = await this.store.getMessagePostParams({
                body: this.props.composer.composerHtml,
                postData: this.postData,
                thread,
            });
            return await askBeforeSending({ orm, dialog }, thread, {
                body: post_data.body,
                partner_ids: post_data.partner_ids ?? [],
                emails: post_data.partner_emails ?? [],
                attachment_ids: post_data.attachment_ids ?? [],
            });
        } finally {
            this.helpdeskLite.isAsking = false;
        }
    },

    /** Leave the composer usable where the server refuses: the text is still in it. */
    async processMessage() {
        try {
            return await super.processMessage(...arguments);
        } catch (error) {
            if (this.isHelpdeskLiteAnswer) {
                this.state.active = true;
            }
            throw error;
        }
    },

    clear() {
        super.clear(...arguments);
        this.helpdeskLite.asTeam = undefined;
    },
});
