import { Message } from "@mail/core/common/message";
import { useEffect } from "@odoo/owl";

import { patch } from "@web/core/utils/patch";

const FOLD_ABOVE = 560; // pixels: well above what is left of a folded message

patch(Message.prototype, {
    setup() {
        super.setup(...arguments);
        this.state.helpdeskFolded = undefined;
        useEffect(
            (bodyEl) => {
                if (!bodyEl || !this.helpdeskFoldsLongMessages) {
                    return;
                }
                // pictures and style sheets come later than the text
                const observer = new ResizeObserver(() => this.helpdeskFoldIfLong(bodyEl));
                observer.observe(bodyEl);
                return () => observer.disconnect();
            },
            () => [this.messageBody.el]
        );
        useEffect(
            (bodyEl, isFolded) => {
                bodyEl?.classList.toggle("o-helpdesk-lite-folded", isFolded);
            },
            () => [this.messageBody.el, this.state.helpdeskFolded === true && !this.isEditing]
        );
    },

    get helpdeskFoldsLongMessages() {
        return (
            this.env.inFrontendPortalChatter && this.message.thread?.model === "helpdesk.lite.ticket"
        );
    },

    helpdeskFoldIfLong(bodyEl) {
        if (this.state.helpdeskFolded === undefined && !this.isEditing) {
            if (bodyEl.scrollHeight > FOLD_ABOVE) {
                this.state.helpdeskFolded = true;
            }
        }
    },
});
