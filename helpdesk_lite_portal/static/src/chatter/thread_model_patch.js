import { Thread } from "@mail/core/common/thread_model";

import { browser } from "@web/core/browser/browser";
import { patch } from "@web/core/utils/patch";

patch(Thread.prototype, {
    /**
     * An answer to a closed ticket changes the whole page: the ticket is open again, or the answer
     * is on another ticket, which the page leads on to.
     */
    async post() {
        const message = await super.post(...arguments);
        if (message && this.model === "helpdesk.lite.ticket" && this.isAnsweredElsewhere(message)) {
            browser.location.reload();
        }
        return message;
    },

    isAnsweredElsewhere(message) {
        const isOfOther = message.thread?.id !== this.id;
        return isOfOther || Boolean(document.querySelector(".o_ticket_reply_hint"));
    },
});
